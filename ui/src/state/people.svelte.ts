// Who sits here: signed in by a PIN, veiled after ten idle minutes; and in whose name referrals are made.
import { tick } from 'svelte';
import type { WindowState, SessionView, StaffMember } from '../backend/types';
import { AFTER_SEND, errorWords, referrerWords } from '../messages';
import type { OnwardState, Place } from './window.svelte';
import { asWindowError } from './trouble';

export class PeopleState {
	/** A command needed the PIN in a place that is not veiled as a whole. */
	pinAsked = $state(false);
	/** Whether the list of referrers is open. */
	choosing = $state(false);
	/** Where the focus was when it was opened. */
	private cameFrom: HTMLElement | null = null;

	constructor(private readonly onward: OnwardState) {}

	get session(): SessionView | null {
		return this.onward.frame?.session ?? null;
	}

	/** Who is asked for their PIN at the start: nobody is signed in. */
	get nobody(): boolean {
		const { session } = this;
		return session !== null && session.asksPin && session.signedIn === null;
	}

	/** What was seen before waits for the PIN. */
	get veiled(): boolean {
		return this.session?.veiled ?? false;
	}

	get here(): StaffMember[] {
		return this.onward.frame?.staff ?? [];
	}

	/** In whose name a referral can be made. */
	get referrers(): StaffMember[] {
		const clinicians = this.here.filter(({ role }) => role === 'clinician');
		return clinicians.length === 0 ? this.here : clinicians;
	}

	get places(): Place[] {
		const { session } = this;
		if (session === null) return ['refer'];
		return [
			...(session.mayRefer ? ['refer' as const] : []),
			...(session.mayFollowUp ? ['referrals' as const] : []),
			...(session.mayKeepDirectory ? ['directory' as const] : []),
			...(this.onward.frame?.mode === 'demonstration' ? ['mailbox' as const] : []),
			...(session.maySetUp || session.mayKeepDirectory ? ['practice' as const] : []),
		];
	}

	/** Whether a refusal asks for the PIN. Where a person asked for something, the PIN is asked in its place. */
	asked(error: unknown, byPerson = true): boolean {
		const { code } = asWindowError(error);
		const { frame } = this.onward;
		if (frame === null || !['pin-needed', 'sign-in-needed'].includes(code)) return false;
		// Somebody who has left the practice is signed out by that, whatever the window shows.
		if (code === 'sign-in-needed') frame.session.signedIn = null;
		else {
			this.pinAsked ||= byPerson;
			frame.session.veiled = true;
		}
		return true;
	}

	/** Answers what stands in the way, in words; null when the PIN was right. */
	async signIn(staffId: string, pin: string): Promise<string | null> {
		const before = this.session?.signedIn?.id ?? null;
		try {
			await this.entered(await this.onward.backend.signIn(staffId, pin), before);
			return null;
		} catch (error) {
			const { code, detail } = asWindowError(error);
			return errorWords(code, detail);
		}
	}

	private async entered(frame: WindowState, before: string | null): Promise<void> {
		this.pinAsked = false;
		this.onward.frame = frame;
		const same = before !== null && frame.session.signedIn?.id === before;
		if (same) await this.onward.readPlace();
		else await this.onward.begin();
		await tick();
		// The field that had the focus is gone: the place that was asked for gets it.
		const lost = document.activeElement === null || document.activeElement === document.body;
		if (lost) document.querySelector<HTMLElement>('#section-heading, #step-heading, #lists-heading, #search')?.focus();
	}

	/** What was seen before stays put away: a new referral is begun without the PIN. */
	async leaveUnseen(): Promise<void> {
		this.pinAsked = false;
		this.onward.place = 'refer';
		await this.onward.quietly(() => this.onward.workAfresh());
	}

	async signOut(): Promise<void> {
		await this.onward.attempt(async () => {
			await this.onward.draft.saved();
			const frame = await this.onward.backend.signOut();
			this.onward.putEverythingAway();
			this.onward.frame = frame;
		});
	}

	/** Nobody has touched the window for ten minutes. */
	async veil(): Promise<void> {
		if (this.veiled || this.nobody) return;
		await this.onward.quietly(async () => {
			// Whatever was typed last goes with it, unless Rust has put it away already.
			await this.onward.draft.saved();
			this.onward.frame = await this.onward.backend.veil();
			await this.putAway();
		});
	}

	/** What was seen until now leaves the screen: it waits for the PIN. */
	async putAway(): Promise<void> {
		const hadPatient = this.onward.draft.view?.banner != null;
		this.pinAsked = false;
		this.onward.putListsAway();
		await this.onward.workAfresh();
		if (hadPatient) this.onward.news = AFTER_SEND.idle;
	}

	openReferrers(): void {
		if (this.choosing || this.nobody || this.here.length === 0) return;
		this.cameFrom = document.activeElement instanceof HTMLElement ? document.activeElement : null;
		this.choosing = true;
	}

	/** The focus goes back to where it was. */
	async closeReferrers(): Promise<void> {
		this.choosing = false;
		await tick();
		const from = this.cameFrom;
		(from?.isConnected && from !== document.body ? from : document.getElementById('referrer'))?.focus();
		this.cameFrom = null;
	}

	async chooseReferrer(person: StaffMember): Promise<void> {
		await this.closeReferrers();
		if (person.id === this.onward.frame?.referrerId) return;
		await this.onward.chooseReferrer(person.id);
		if (this.onward.frame?.referrerId === person.id) this.onward.news = referrerWords(person.name);
	}
}
