//! A refresh by the command line that is killed over and over, as by a power cut, at moments that nobody chose.
//!
//! Whenever it was: the old version stands there or the new one, whole, and the next refresh brings the new one. The delays only spread the
//! kills; what is checked afterwards holds whatever the moment was.

use engine::Engine;
use product_tests::practice::computer_time;
use product_tests::program::Program;
use product_tests::published::{Area, STARTER, enrol_by_command_line, renamed};
use product_tests::torture::chance::Chance;
use rusqlite::{Connection, OpenFlags};
use services_directory::directory_table;
use services_directory::feed::Directory;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};
use store::{Clock, UseMode};
use tempfile::TempDir;

const KILLS: usize = 32;
/// One that had ended by itself before it was killed does not count; so many are begun at most.
const MOST_ROUNDS: usize = 6 * KILLS;
const SEED: u64 = 20_261_122;
/// The last thing that a refresh says before it writes the version.
const APPLYING: &str = "applying ";

/// When a refresh is killed.
#[derive(Debug)]
enum Moment {
    /// As soon as it has said so many lines.
    Said(usize),
    /// So long after it was started.
    AfterStart(Duration),
    /// So long after it said that it applies the version.
    AfterApplying(Duration),
    /// As soon as another program sees the new version stand there.
    Standing,
}

/// A practice that follows an area from a folder, by the command line.
struct Computer {
    area: Area,
    program: Program,
    folder: TempDir,
}

/// How long a refresh takes that nobody ends, and how much it says.
struct Whole {
    lines: usize,
    took: Duration,
    applying: Duration,
}

impl Computer {
    fn enrolled() -> Self {
        let area = Area::publishing(STARTER);
        let folder = tempfile::tempdir().unwrap();
        let program = Program::over(&folder.path().join("data"), &folder.path().join("home"));
        enrol_by_command_line(&program, &area);
        Self {
            area,
            program,
            folder,
        }
    }

    fn from(&self) -> String {
        self.area.path().display().to_string()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// As another program reads it.
    fn directory(&self) -> Connection {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let path = self.data().join("directory.db");
        let connection = Connection::open_with_flags(path, flags).unwrap();
        connection.busy_timeout(Duration::from_secs(30)).unwrap();
        connection
    }

    /// Another version, which differs in a name; answers it as it has to stand here.
    fn publish(&mut self, round: usize) -> Directory {
        let text = renamed(&format!("Pain Platform of round {round}"));
        let published = self.area.publish_without(&text, &[], computer_time());
        published.unwrap()
    }

    fn begin(&self) -> Child {
        self.program.start(&["sync", "--from", &self.from()])
    }

    fn whole(&self) -> Whole {
        let started = Instant::now();
        let mut child = self.begin();
        let (mut lines, mut applying) = (0, None);
        for line in BufReader::new(child.stderr.take().unwrap()).lines() {
            lines += 1;
            if line.unwrap().starts_with(APPLYING) {
                applying = Some(Instant::now());
            }
        }
        assert!(child.wait().unwrap().success());
        Whole {
            lines,
            took: started.elapsed(),
            applying: applying.unwrap().elapsed(),
        }
    }

    /// Answers whether it was killed; else it had ended before.
    fn kill(&self, moment: &Moment) -> bool {
        let mut child = self.begin();
        // Held to the end: a program that cannot say what it does would end for that.
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut hear = |until: &dyn Fn(usize, &str) -> bool| {
            let mut line = String::new();
            for number in 1.. {
                line.clear();
                if said.read_line(&mut line).unwrap() == 0 || until(number, &line) {
                    break;
                }
            }
        };
        match moment {
            Moment::Said(lines) => hear(&|number, _| number == *lines),
            Moment::AfterStart(delay) => std::thread::sleep(*delay),
            Moment::AfterApplying(delay) => {
                hear(&|_, line| line.starts_with(APPLYING));
                std::thread::sleep(*delay);
            }
            Moment::Standing => {
                let directory = self.directory();
                let old = publication(&directory);
                while publication(&directory) == old && child.try_wait().unwrap().is_none() {
                    std::thread::yield_now();
                }
            }
        }
        child.kill().unwrap();
        !child.wait().unwrap().success()
    }
}

fn publication(directory: &Connection) -> String {
    let read = "SELECT publication FROM version";
    directory.query_row(read, [], |row| row.get(0)).unwrap()
}

/// What stands there, as the product reads it: each record against its digest, and every page of both databases.
fn standing(data: &Path) -> Directory {
    let (engine, _) = Engine::open(data, UseMode::Demonstration, Clock::system()).unwrap();
    engine.store.practice.check().unwrap();
    engine.store.directory.check().unwrap();
    let read = engine.store.directory.read(directory_table::read);
    read.unwrap().unwrap().0
}

fn any_moment(round: usize, chance: &mut Chance, whole: &Whole) -> Moment {
    match round % 4 {
        0 => Moment::Standing,
        1 => Moment::Said(1 + chance.below(whole.lines)),
        2 => Moment::AfterStart(whole.took.mul_f64(chance.share())),
        _ => Moment::AfterApplying(whole.applying.mul_f64(chance.share())),
    }
}

#[test]
fn killed_at_any_time_the_old_version_stands_there_or_the_new_one_and_the_next_refresh_brings_it() {
    let mut computer = Computer::enrolled();
    let mut chance = Chance::new(SEED);
    let mut old = computer.publish(0);
    let whole = computer.whole();
    assert!(standing(&computer.data()) == old);
    let (mut before, mut after, mut ended) = (0, 0, 0);
    for round in 1..MOST_ROUNDS {
        if before + after == KILLS {
            break;
        }
        let new = computer.publish(round);
        let moment = any_moment(round, &mut chance, &whole);
        let killed = computer.kill(&moment);
        let here = standing(&computer.data());
        let applied = here == new;
        assert!(applied || here == old, "{moment:?}: neither");
        match (killed, applied) {
            (false, _) => ended += 1,
            (true, false) => before += 1,
            (true, true) => after += 1,
        }
        assert!(
            killed || applied,
            "{moment:?}: it ended without the version"
        );
        let next = computer.program.json(&["sync", "--from", &computer.from()]);
        let expected = if applied { "nothing-new" } else { "applied" };
        assert_eq!(next["refresh"], expected, "{moment:?}");
        assert_eq!(next["version"], new.header.version, "{moment:?}");
        assert!(standing(&computer.data()) == new, "{moment:?}");
        old = new;
    }
    println!(
        "killed, seed {SEED}: {before} left the old version, {after} the new one; {ended} had ended before"
    );
    assert_eq!(before + after, KILLS);
    assert!(
        before > 0 && after > 0,
        "{before} {after}: both must have been seen"
    );
    let found = computer.program.json(&["search", "Pain Platform of round"]);
    assert_eq!(found["hits"][0]["name"], old_name(&old));
}

fn old_name(directory: &Directory) -> String {
    let mut services = directory.services.iter();
    let platform = services.find(|it| it.id.as_str() == "pain-platform");
    platform.unwrap().name.clone()
}
