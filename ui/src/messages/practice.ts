// The place Practice: its parts.

export const PRACTICE = {
	sections: 'Parts of Practice',
	people: 'People',
	details: 'Practice details',
	mailbox: 'Mailbox',
	directory: 'Directory',
	addresses: 'Addresses',
} as const;
