//! `cargo xtask run`: builds Onward and opens it; where there is no display, on a virtual one, and with a picture of the drawn window.

use crate::places::Places;
use crate::setup::{self, Purpose};
use crate::steps::{Failure, Steps, Stopped};
use crate::tool;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the window may take to be drawn: the first start after a build is slow.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
const BETWEEN_PICTURES: Duration = Duration::from_millis(250);
/// The first thing that is drawn is a frame without answers from the engine, so the picture waits a moment longer until the window stands still;
/// something that blinks never does.
const SETTLING: Duration = Duration::from_secs(2);
const LONGEST_SETTLING: Duration = Duration::from_secs(6);
/// An empty screen or window has one or two colours; smoothed letters alone bring dozens.
const FEWEST_COLOURS: u32 = 16;

/// `--once` ends after the picture; what follows `--` goes to the program.
struct Wishes<'a> {
    once: bool,
    for_the_program: Vec<&'a str>,
}

impl<'a> Wishes<'a> {
    fn read(arguments: &[&'a str]) -> Result<Wishes<'a>, Failure> {
        let mut wishes = Wishes {
            once: false,
            for_the_program: Vec::new(),
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match *argument {
                "--once" => wishes.once = true,
                "--" => wishes.for_the_program.extend(rest.by_ref()),
                other => {
                    return Err(Failure::new(
                        format!("`{other}` is not known here."),
                        "Only --once; arguments for Onward itself go after `--`.",
                    ));
                }
            }
        }
        Ok(wishes)
    }
}

pub fn run(places: &Places, steps: &mut Steps, arguments: &[&str]) -> Result<(), Stopped> {
    let wishes = match Wishes::read(arguments) {
        Ok(wishes) => wishes,
        Err(failure) => return steps.step("arguments", "what was asked for", || Err(failure)),
    };
    let unseen = cfg!(target_os = "linux")
        && !has_display(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    setup::set_up(
        places,
        steps,
        if unseen {
            Purpose::RunUnseen
        } else {
            Purpose::Run
        },
    )?;
    steps.step(
        "build",
        "the program with its window; the first time takes ten minutes or so",
        || build(places),
    )?;
    if unseen {
        return on_virtual_display(places, steps, &wishes);
    }
    steps.step(
        "run",
        "close the window, or press Ctrl+C here, to end it",
        || {
            let mut command = Command::new(places.program());
            tool::attached(
                command.args(&wishes.for_the_program),
                "Read what Onward said above.",
            )
        },
    )
}

/// Named so, Cargo turns on the features that the tests' crates need also: what is built here is what is tested, and is compiled once for both.
/// Windows cannot replace a running program, hence without xtask.
fn build(places: &Places) -> Result<(), Failure> {
    let arguments = [
        "build",
        "--locked",
        "--workspace",
        "--exclude",
        "xtask",
        "--bins",
        "--examples",
    ];
    tool::run(
        &mut tool::cargo(&places.root, &arguments),
        "Mend what the compiler says above.",
    )
    .map(|_| ())
}

fn has_display(is_set: impl Fn(&str) -> bool) -> bool {
    is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

fn on_virtual_display(places: &Places, steps: &mut Steps, wishes: &Wishes) -> Result<(), Stopped> {
    let display = steps.step(
        "display",
        "there is none here, so a virtual one is opened",
        VirtualDisplay::open,
    )?;
    let mut program = steps.step("start", "Onward, on that display", || {
        start(places, &display, &wishes.for_the_program)
    })?;
    let picture = places.target.join("onward").join("screenshot.png");
    steps.step("picture", "taken as soon as the window is drawn", || {
        let seen = picture_when_drawn(&display, &picture, &mut program, LONGEST_WAIT);
        if seen.is_err() {
            program.end();
        }
        seen
    })?;
    println!("    {}", picture.display());
    if wishes.once {
        program.end();
        return Ok(());
    }
    steps.step("run", "Onward goes on unseen; Ctrl+C ends it", || {
        program.wait()
    })
}

fn start(
    places: &Places,
    display: &VirtualDisplay,
    arguments: &[&str],
) -> Result<Running, Failure> {
    let mut command = Command::new(places.program());
    command
        .args(arguments)
        .env("DISPLAY", &display.name)
        .stdin(Stdio::null());
    // A virtual display has no graphics card: without these WebKit looks for one and takes longer.
    command
        .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
    let child = command.spawn().map_err(|error| {
        Failure::new(
            format!(
                "{} could not be started: {error}",
                places.program().display()
            ),
            "Look whether the build above made it.",
        )
    })?;
    Ok(Running(child))
}

/// Takes pictures until one shows more than an empty window, and the window stands still.
fn picture_when_drawn(
    display: &VirtualDisplay,
    picture: &Path,
    program: &mut Running,
    longest: Duration,
) -> Result<(), Failure> {
    if let Some(folder) = picture.parent() {
        std::fs::create_dir_all(folder).map_err(|error| {
            Failure::new(
                format!("{}: {error}", folder.display()),
                "Make the folder writable.",
            )
        })?;
    }
    let began = Instant::now();
    let (mut before, mut drawn_since) = (None, None);
    while began.elapsed() < longest {
        program.still_runs()?;
        let now = take_picture(display, picture).and_then(|()| Look::of(picture));
        if now
            .as_ref()
            .is_some_and(|look| look.colours >= FEWEST_COLOURS)
        {
            let drawn = *drawn_since.get_or_insert_with(Instant::now);
            let stands_still = drawn.elapsed() > SETTLING && now == before;
            if stands_still || drawn.elapsed() > LONGEST_SETTLING {
                let seconds = (drawn - began).as_secs_f64();
                println!("    drawn after {seconds:.1} s");
                return Ok(());
            }
        }
        before = now;
        std::thread::sleep(BETWEEN_PICTURES);
    }
    let why = format!(
        "The window stayed empty for {} s; the last picture is {}.",
        longest.as_secs(),
        picture.display()
    );
    Err(Failure::new(
        why,
        "Read what Onward said above. A page that stays blank is often refused by the Content-Security-Policy, or ui/dist is not built.",
    ))
}

fn take_picture(display: &VirtualDisplay, picture: &Path) -> Option<()> {
    let mut command = Command::new("import");
    command
        .args(["-display", &display.name, "-window", "root"])
        .arg(picture);
    tool::answer(&mut command).map(|_| ())
}

/// How many colours a picture has, and the digest of its points.
#[derive(Debug, PartialEq, Eq)]
struct Look {
    colours: u32,
    digest: String,
}

impl Look {
    fn of(picture: &Path) -> Option<Look> {
        let answer = tool::answer(
            Command::new("identify")
                .args(["-format", "%k %#"])
                .arg(picture),
        )?;
        let (colours, digest) = answer.split_once(' ')?;
        Some(Look {
            colours: colours.parse().ok()?,
            digest: digest.to_owned(),
        })
    }
}

/// A display in memory; it ends with this value.
struct VirtualDisplay {
    server: Child,
    /// ":99"
    name: String,
}

impl VirtualDisplay {
    fn open() -> Result<VirtualDisplay, Failure> {
        let advice = "Install xvfb, or set DISPLAY to a display that is there.";
        // With -displayfd the server finds a free number itself and prints it when it is ready.
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1280x800x24",
                "-nolisten",
                "tcp",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| Failure::new(format!("Xvfb could not be started: {error}"), advice))?;
        let mut number = String::new();
        let read = server
            .stdout
            .take()
            .map(|output| BufReader::new(output).read_line(&mut number));
        let name = format!(":{}", number.trim());
        let display = VirtualDisplay { server, name };
        if !matches!(read, Some(Ok(1..))) {
            return Err(Failure::new("Xvfb ended before it was ready.", advice));
        }
        println!("    {}", display.name);
        Ok(display)
    }
}

impl Drop for VirtualDisplay {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The program while it runs; it ends with this value.
struct Running(Child);

impl Running {
    fn still_runs(&mut self) -> Result<(), Failure> {
        match self.0.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(Failure::new(
                format!("Onward ended before its window was drawn: {status}."),
                "Read what it said above.",
            )),
            Err(error) => Err(Failure::new(
                format!("Onward was lost: {error}"),
                "Try again.",
            )),
        }
    }

    fn wait(&mut self) -> Result<(), Failure> {
        match self.0.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(Failure::new(
                format!("Onward ended with {status}."),
                "Read what it said above.",
            )),
            Err(error) => Err(Failure::new(
                format!("Onward was lost: {error}"),
                "Try again.",
            )),
        }
    }

    fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_after_the_dashes_belong_to_the_program() {
        let wishes = Wishes::read(&["--once", "--", "--data", "folder", "--once"]).unwrap();
        assert!(wishes.once);
        assert_eq!(wishes.for_the_program, ["--data", "folder", "--once"]);
        assert!(!Wishes::read(&[]).unwrap().once);
        assert!(Wishes::read(&["--fast"]).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_picture_waits_for_a_drawn_window_and_an_empty_display_is_a_failure() {
        let folder =
            std::env::temp_dir().join(format!("onward-xtask-window-{}", std::process::id()));
        let picture = folder.join("screenshot.png");
        let display = VirtualDisplay::open().unwrap();
        let begin = |words: &[&str], longest| {
            let mut command = Command::new(words[0]);
            command.args(&words[1..]).env("DISPLAY", &display.name);
            let mut program = Running(command.spawn().unwrap());
            picture_when_drawn(&display, &picture, &mut program, longest)
        };
        let empty = begin(&["sleep", "60"], Duration::from_secs(1)).unwrap_err();
        assert!(empty.why.contains("stayed empty"), "{}", empty.why);
        let ended = begin(&["false"], LONGEST_WAIT).unwrap_err();
        assert!(ended.why.contains("ended before"), "{}", ended.why);
        // A window of ImageMagick's with its built-in picture stands for ours.
        assert_eq!(begin(&["display", "logo:"], LONGEST_WAIT), Ok(()));
        assert!(Look::of(&picture).unwrap().colours >= FEWEST_COLOURS);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn either_kind_of_display_will_do() {
        assert!(has_display(|name| name == "DISPLAY"));
        assert!(has_display(|name| name == "WAYLAND_DISPLAY"));
        assert!(!has_display(|_| false));
    }
}
