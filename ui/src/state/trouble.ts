// What Rust refused, as the window reads it.
import type { WindowError } from '../backend/types';

export function asWindowError(error: unknown): WindowError {
	if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
		return error as WindowError;
	return { code: '', detail: null, problems: [] };
}
