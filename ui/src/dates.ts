// Dates and times as people read them here: DD-Mmm-YYYY and HH:mm in local time (NHS CUI D+Ta, D+Tb), and plain ages.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number) => String(value).padStart(2, '0');

/** "21-Nov-2026 14:02"; null or unreadable: "Not recorded". */
export function dateTimeWords(utc: string): string {
	const at = new Date(utc);
	if (Number.isNaN(at.getTime())) return 'Not recorded';
	return `${two(at.getDate())}-${MONTHS[at.getMonth()] ?? ''}-${at.getFullYear()} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** "19-Dec-2026": so many days from now. `now` is in milliseconds. */
export function dayAhead(now: number, days: number): string {
	const at = new Date(now);
	at.setDate(at.getDate() + days);
	return `${two(at.getDate())}-${MONTHS[at.getMonth()] ?? ''}-${at.getFullYear()}`;
}

/** Whether it lies more than so many days back. */
export function isOlderThan(utc: string, days: number, now: number): boolean {
	const at = new Date(utc).getTime();
	return !Number.isNaN(at) && now - at > days * 24 * 3_600_000;
}

/** "21-Nov-2026"; `now` is in milliseconds. */
export function dayWords(now: number): string {
	const at = new Date(now);
	return `${two(at.getDate())}-${MONTHS[at.getMonth()] ?? ''}-${at.getFullYear()}`;
}

/** "refreshed 2 h ago". `now` is in milliseconds. */
export function ageWords(utc: string, now: number): string {
	const at = new Date(utc).getTime();
	if (Number.isNaN(at)) return 'never refreshed';
	const minutes = Math.max(0, Math.floor((now - at) / 60_000));
	if (minutes < 60) return `refreshed ${minutes} min ago`;
	const hours = Math.floor(minutes / 60);
	if (hours < 48) return `refreshed ${hours} h ago`;
	return `refreshed ${Math.floor(hours / 24)} days ago`;
}
