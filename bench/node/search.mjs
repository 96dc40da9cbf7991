// Runs one search engine over the services and texts of a task file, and writes what it found and what each search cost.
import { readFileSync, writeFileSync } from 'node:fs';
import FlexSearch from 'flexsearch';
import Fuse from 'fuse.js';
import MiniSearch from 'minisearch';

const FIELDS = ['name', 'aliases', 'helps_with', 'description', 'interventions'];
/** What a search without a limit would give is cut here, before the hard rules are applied. */
const MOST_BEFORE_FILTER = 5_000;

const [taskFile, answerFile] = process.argv.slice(2);
const { engine, documents, filters, queries, limit, longest_ms } = JSON.parse(readFileSync(taskFile, 'utf8'));
const open = filters.map((list) => new Set(list));

/** Each builds its index and gives a function that answers the ids of services that may be offered, best first. */
const ENGINES = {
	minisearch() {
		const index = new MiniSearch({ fields: FIELDS, searchOptions: { prefix: true, fuzzy: 0.2 } });
		index.addAll(documents);
		return (text, filter) => index.search(text, { filter: ({ id }) => filter.has(id) }).map(({ id }) => id);
	},
	flexsearch() {
		const index = new FlexSearch.Document({ tokenize: 'forward', encoder: FlexSearch.Charset.LatinBalance, document: { id: 'id', index: FIELDS } });
		for (const document of documents) index.add(document);
		return (text, filter) =>
			index
				.search(text, { limit: MOST_BEFORE_FILTER, suggest: true, merge: true })
				.map(({ id }) => id)
				.filter((id) => filter.has(id));
	},
	'fuse.js'() {
		const index = new Fuse(documents, { keys: FIELDS, ignoreLocation: true, threshold: 0.4 });
		return (text, filter) => index.search(text).map(({ item }) => item.id).filter((id) => filter.has(id));
	},
};

/** Milliseconds of CPU time of the whole process: collecting garbage counts. */
const cpu = () => {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
};

globalThis.gc?.();
const residentBefore = process.memoryUsage().rss;
const buildBegan = cpu();
const search = ENGINES[engine]();
const build_cpu_ms = cpu() - buildBegan;
globalThis.gc?.();
const grown_bytes = Math.max(0, process.memoryUsage().rss - residentBefore);

const answers = [];
const search_ms = [];
const end = performance.now() + longest_ms;
for (const { text, filter } of queries) {
	if (performance.now() > end) break;
	const began = cpu();
	const found = search(text, open[filter]).slice(0, limit);
	search_ms.push(cpu() - began);
	answers.push(found);
}
writeFileSync(answerFile, JSON.stringify({ answers, search_ms, build_cpu_ms, grown_bytes }));
