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
