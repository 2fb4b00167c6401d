// The company's numbers on WhatsApp, as administrators change them.
import type { LibraryBrand, TemplateView, WhatsappCheck, WhatsappNumber, WhatsappSettings, WhatsappUsage } from "$shared/types";
import type { Host } from "../host/host";
import { Managed } from "./managed.svelte";

/** What is being looked at: the list, one number, or a number that is being written down. */
export type Looking = { at: "list" } | { at: "one"; number: WhatsappNumber } | { at: "edit"; number: WhatsappNumber | null };

export class Numbers extends Managed {
  looking = $state.raw<Looking>({ at: "list" });
  numbers = $state.raw<WhatsappNumber[]>([]);
  brands = $state.raw<LibraryBrand[]>([]);
  /** Of the number that is being looked at, as far as the hub has answered. */
  check = $state.raw<WhatsappCheck | null>(null);
  usage = $state.raw<WhatsappUsage | null>(null);
  templates = $state.raw<TemplateView[] | null>(null);

  constructor(private readonly host: Host) {
    super();
  }

  async load(): Promise<void> {
    await this.loaded(() => this.#list());
  }

  async #list(): Promise<void> {
    const { numbers, brands } = await this.host.rpc("numbers.list", {});
    Object.assign(this, { numbers, brands });
  }

  look(number: WhatsappNumber): void {
    this.#look({ at: "one", number });
    const { id } = number;
    const still = (): boolean => this.looking.at === "one" && this.looking.number.id === id;
    void this.host.rpc("numbers.usage", { id }).then((usage) => still() && (this.usage = usage), () => undefined);
    void this.host.rpc("numbers.templates", { id }).then((templates) => still() && (this.templates = templates), () => undefined);
  }

  edit(number: WhatsappNumber | null): void {
    this.#look({ at: "edit", number });
  }

  /** From a number that is written down to the number, and from there to the list. */
  back(): void {
    if (this.looking.at === "edit" && this.looking.number) this.look(this.looking.number);
    else this.#look({ at: "list" });
  }

  #look(looking: Looking): void {
    Object.assign(this, { problem: null, changed: false, check: null, usage: null, templates: null, looking });
  }

  /** True if it is saved. */
  async save(id: string, settings: WhatsappSettings): Promise<boolean> {
    return this.tried(async () => {
      const number = await this.host.rpc("numbers.save", { id, settings });
      await this.#list();
      this.look(number);
    });
  }

  async remove({ id }: WhatsappNumber): Promise<boolean> {
    return this.tried(async () => {
      await this.host.rpc("numbers.remove", { id });
      await this.#list();
      this.#look({ at: "list" });
    });
  }

  /** Has the hub ask Meta, which may also make a number well again. */
  async runCheck({ id }: WhatsappNumber): Promise<void> {
    this.check = null;
    await this.tried(async () => {
      const check = await this.host.rpc("numbers.check", { id });
      await this.#list();
      const number = this.numbers.find((one) => one.id === id);
      if (this.looking.at !== "one" || this.looking.number.id !== id || !number) return;
      this.looking = { at: "one", number };
      this.check = check;
    });
  }
}
