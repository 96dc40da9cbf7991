// Where the focus goes next on the Refer screen. The ids of the fields are the codes that Rust uses for its problems.
import { tick } from 'svelte';

/** The id of the element that stands for a field of Rust's `Problem`. */
export function fieldId(field: string): string {
	if (field === 'serviceId') return 'search';
	if (field === 'patient') return 'patientText';
	return field.replace(':', '-');
}

/** Focuses a field; in a group of radios the chosen one, else the first. */
export async function focusField(field: string): Promise<void> {
	await tick();
	const element = document.getElementById(fieldId(field));
	if (element === null) return;
	const chosen = element instanceof HTMLInputElement && element.type === 'radio' ? checkedOf(element) : null;
	(chosen ?? element).focus();
}

function checkedOf(radio: HTMLInputElement): HTMLInputElement | null {
	for (const other of document.getElementsByName(radio.name)) {
		if (other instanceof HTMLInputElement && other.checked) return other;
	}
	return null;
}

/** The digit 1 to 9 of a key press without modifiers, as an index from 0; else null. */
export function digitIndex(event: KeyboardEvent): number | null {
	if (event.ctrlKey || event.altKey || event.metaKey || !/^[1-9]$/.test(event.key)) return null;
	return Number(event.key) - 1;
}

/** Whether a key or a paste belongs to the text that is being edited. */
export function isTextField(target: EventTarget | null): boolean {
	if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
	return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type);
}

/** Several lines, an NHS number or a date: a patient, not words to search for. */
export function looksLikePatient(text: string): boolean {
	const trimmed = text.trim();
	return (
		/[\r\n]/.test(trimmed) ||
		/\b\d{3}[ -]?\d{3}[ -]?\d{4}\b/.test(trimmed) ||
		/\b\d{1,2}[ ./-](\d{1,2}|[A-Za-z]{3,9})[ ./-]\d{2,4}\b/.test(trimmed) ||
		trimmed.length > 120
	);
}

/** The id of the first radio of a criterion on the card. */
export const criterionId = (index: number): string => `criterion-${index}`;

/** Focuses the first criterion from this one on that a person may answer and has not; says whether there is one. */
export function focusOpenCriterion(from = 0): boolean {
	const radios = document.querySelectorAll<HTMLInputElement>('.criteria input[type=radio][id^=criterion-]');
	for (const radio of radios) {
		if (radio.id !== radio.name || Number(radio.id.slice('criterion-'.length)) < from || checkedOf(radio) !== null) continue;
		radio.focus();
		return true;
	}
	return false;
}

/** Focuses the first criterion that a person may answer, answered or not. */
export function focusCriteria(): boolean {
	if (focusOpenCriterion()) return true;
	const first = document.querySelector<HTMLInputElement>('.criteria input[type=radio]');
	(first === null ? null : (checkedOf(first) ?? first))?.focus();
	return first !== null;
}

/** The parts of the screen in the order of F6, each with what gets the focus. */
const PARTS = [
	{ part: '.refer__find', first: '#search' },
	{ part: '.refer__pane', first: '.refer__pane' },
	{ part: '.refer__form', first: '#reasons' },
] as const;

/** Goes to the next part of the screen, or to the one before; `intoPane` knows a better place there than its whole. */
export function focusPart(by: 1 | -1, intoPane: (() => boolean) | null): void {
	const now = PARTS.findIndex(({ part }) => document.activeElement?.closest(part));
	// From the Send button, which stands outside, the way back is to the form.
	const from = now === -1 ? (by === 1 ? -1 : 0) : now;
	const next = PARTS[(from + by + PARTS.length) % PARTS.length];
	if (next === undefined || (next.part === '.refer__pane' && intoPane?.())) return;
	document.querySelector<HTMLElement>(next.first)?.focus();
}
