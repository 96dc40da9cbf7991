// The words for a code, for every list of them.

export type Words = Readonly<Record<string, string>>;

/** The words for a code; a code that nobody wrote words for is shown as it is, rather than hidden. */
export function words(list: Words, code: string): string {
	return list[code] ?? code.replaceAll('-', ' ');
}
