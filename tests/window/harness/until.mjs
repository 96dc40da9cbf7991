// Waiting for something to become true, with an end: never for a time to pass.

const LONGEST_MILLISECONDS = 30_000;
const BETWEEN_LOOKS_MILLISECONDS = 40;

/** The first true answer of `look`; fails when there is none, with what was seen last. */
export async function until(what, look, lastSeen = async () => '') {
	const end = Date.now() + LONGEST_MILLISECONDS;
	let trouble = '';
	while (Date.now() < end) {
		try {
			const seen = await look();
			if (seen) return seen;
		} catch (error) {
			trouble = `: ${error.message}`;
		}
		await new Promise((next) => setTimeout(next, BETWEEN_LOOKS_MILLISECONDS));
	}
	throw new Error(`waited in vain until ${what}${trouble}\n${await lastSeen().catch(() => '')}`);
}
