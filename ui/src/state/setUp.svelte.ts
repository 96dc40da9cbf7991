// The set-up of real use, step by step, and the way back to records whose key is lost. What is done is in Rust: it can be left and resumed.
import { tick } from 'svelte';
import type { SetUpStep, SetUpStepView, WindowState } from '../backend/types';
import type { OnwardState } from './window.svelte';

export class SetUpState {
	step: SetUpStep = $state('records');
	/** Only between its making and the proof that it is on paper. */
	recoveryKey: string | null = $state(null);

	constructor(private readonly onward: OnwardState) {}

	get steps(): SetUpStepView[] {
		return this.onward.settings.view?.steps ?? [];
	}

	/** All but the addresses, which a second person approves in their own time. */
	get canFinish(): boolean {
		return this.steps.length > 0 && this.steps.every(({ step, done }) => done || step === 'addresses');
	}

	async start(): Promise<void> {
		await this.onward.settings.read();
		this.step = this.open ?? 'addresses';
	}

	private get open(): SetUpStep | null {
		return this.onward.settings.view?.next ?? null;
	}

	/** Nothing can be filled in before there are records, and no address be approved before there is a directory. */
	isLater({ step, done }: SetUpStepView): boolean {
		if (done || step === 'records') return false;
		return !(this.steps[0]?.done ?? false) || (step === 'addresses' && this.onward.settings.view?.directory === null);
	}

	/** The heading takes the focus, so that a screen reader begins where the eye does. */
	async go(step: SetUpStep): Promise<void> {
		this.onward.settings.quiet();
		this.step = step;
		await tick();
		document.getElementById('step-heading')?.focus();
	}

	/** To the first step that is open, after one was done. */
	async goOn(): Promise<void> {
		await this.go(this.open ?? 'addresses');
	}

	async makeRecords(): Promise<void> {
		await this.onward.settings.hand('records', async () => {
			this.recoveryKey = (await this.onward.backend.makeRecords()).printed;
		});
		await tick();
		if (this.recoveryKey !== null) document.getElementById('key-heading')?.focus();
	}

	async keyWritten(lastGroup: string): Promise<void> {
		const right = await this.onward.settings.hand('records', () => this.onward.backend.recoveryKeyWritten(lastGroup));
		if (!right) return;
		this.recoveryKey = null;
		await this.goOn();
	}

	async finish(): Promise<void> {
		await this.enter('finish', () => this.onward.backend.finishSetUp());
	}

	async recover(recoveryKey: string): Promise<void> {
		await this.enter('recover', () => this.onward.backend.recover(recoveryKey));
	}

	async restore(folder: string, recoveryKey: string): Promise<void> {
		await this.enter('restore', () => this.onward.backend.restoreBackup(folder, recoveryKey));
	}

	/** What leads into another mode: the window begins anew in it. */
	private async enter(form: string, act: () => Promise<WindowState>): Promise<void> {
		const { settings } = this.onward;
		if (settings.busy !== '') return;
		settings.quiet();
		settings.busy = form;
		try {
			this.onward.frame = await act();
			settings.busy = '';
			await this.onward.begin();
		} catch (error) {
			settings.busy = '';
			await settings.failed(form, error);
		}
	}
}
