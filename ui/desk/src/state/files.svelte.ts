// Files of the next reply. The core holds them; the page only knows reading progress and previews. Bytes go to the core
// in parts, in order.
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import type { ConversationId, FileView, LimitsView, MediaId } from "$shared/types";
import { asRpcError, type Host } from "../host/host";
import { t } from "../words/catalogue.svelte";
import { isHiddenFile } from "../words/files";

const PART_BYTES = 384 * 1024;

export class DraftFiles {
  /** The core's list, in the order of choosing. */
  list = $state.raw<FileView[]>([]);
  /** Bytes read so far, per file. */
  readonly read = new SvelteMap<MediaId, number>();
  /** Addresses of picture previews. */
  readonly pictures = new SvelteMap<MediaId, string>();
  /** What could not be added, and why. */
  problem = $state<string | null>(null);
  /** Files that the user sends although the customer will not see what they are. */
  readonly agreed = new SvelteSet<MediaId>();
  /** What one message of the channel holds; null if it has no limits but our own. */
  limits = $state.raw<LimitsView | null>(null);
  /** Announced to screen readers. */
  said = $state("");
  /** Opens the system's dialog; set while its button exists. */
  chooser: (() => void) | null = null;
  #asked: MediaId[] = [];

  constructor(
    private readonly host: Host,
    private readonly id: ConversationId,
    private readonly again: () => void,
  ) {}

  get reading(): boolean {
    return this.list.some((file) => !file.whole);
  }

  /** The channel does not show it as what it is, and its user has not said yet that it may go as a document. */
  isAsked(file: FileView): boolean {
    return file.whole && isHiddenFile(file, this.limits) && !this.agreed.has(file.id);
  }

  agree(file: FileView): void {
    this.agreed.add(file.id);
    this.problem = null;
  }

  /** What goes with the next reply. A file that was refused stays and holds no words up; without words it is tried again. */
  going(withWords: boolean): MediaId[] {
    const fresh = this.list.filter((file) => file.problem === null);
    return (withWords || fresh.length > 0 ? fresh : this.list).map(({ id }) => id);
  }

  adopt(list: FileView[]): void {
    this.list = list;
    for (const file of list) if (file.whole && isPicture(file)) void this.#show(file.id);
    for (const [id, url] of this.pictures) if (!list.some((file) => file.id === id)) this.#forget(id, url);
  }

  /** Adds files one after the other; failures are reported, the others are added. */
  async add(files: readonly File[]): Promise<void> {
    this.problem = null;
    const problems: string[] = [];
    const added: string[] = [];
    for (const file of files) {
      try {
        await this.#bring(file);
        added.push(file.name || t("file-nameless"));
      } catch (error) {
        const { code, message } = asRpcError(error);
        // Its author removed it while it was being read.
        if (code !== "files.gone") problems.push(message);
      }
    }
    this.problem = problems.length > 0 ? problems.join(" ") : null;
    if (added.length > 0) this.said = t("file-added", { files: added.join(", ") });
    this.again();
  }

  /** Adds the files on the clipboard, for pages that do not receive them; says whether there were any. */
  async paste(): Promise<boolean> {
    this.problem = null;
    let any = false;
    try {
      const { added, problem } = await this.host.rpc("files.paste", { id: this.id });
      this.problem = problem;
      if (added.length > 0) this.said = t("file-added", { files: added.join(", ") });
      any = added.length > 0 || problem !== null;
    } catch (error) {
      this.problem = asRpcError(error).message;
    }
    this.again();
    return any || this.problem !== null;
  }

  async #bring(file: File): Promise<void> {
    const { host, id } = this;
    const view = await host.rpc("files.begin", { id, name: file.name, contentType: file.type, bytes: file.size });
    if (file.type.startsWith("image/")) this.pictures.set(view.id, URL.createObjectURL(file));
    this.read.set(view.id, 0);
    if (!this.list.some((known) => known.id === view.id)) this.list = [...this.list, view];
    try {
      for (let place = 0; place < file.size; place += PART_BYTES) {
        const part = file.slice(place, place + PART_BYTES);
        await host.rpc("files.add", { file: view.id, place, data: await base64(part) });
        this.read.set(view.id, place + part.size);
      }
      this.list = this.list.map((known) => (known.id === view.id ? { ...known, whole: true } : known));
    } catch (error) {
      await host.rpc("files.discard", { file: view.id }).catch(() => undefined);
      this.list = this.list.filter((known) => known.id !== view.id);
      throw error;
    } finally {
      this.read.delete(view.id);
    }
  }

  async remove(file: FileView): Promise<void> {
    try {
      await this.host.rpc("files.discard", { file: file.id });
      this.list = this.list.filter(({ id }) => id !== file.id);
      this.said = t("file-removed", { file: file.name });
      this.problem = null;
    } catch (error) {
      this.problem = asRpcError(error).message;
    }
    this.again();
  }

  /** They have left the draft with a reply. */
  gone(sent: readonly MediaId[]): void {
    this.list = this.list.filter(({ id }) => !sent.includes(id));
    this.problem = null;
  }

  /** The reply was not sent. */
  back(unsent: readonly FileView[]): void {
    this.list = [...unsent.filter(({ id }) => !this.list.some((file) => file.id === id)), ...this.list];
  }

  /** The preview of a file from an earlier run of this page. */
  async #show(id: MediaId): Promise<void> {
    if (this.pictures.has(id) || this.#asked.includes(id)) return;
    this.#asked.push(id);
    const found = await this.host.rpc("media.get", { id }).catch(() => null);
    if (found && !this.pictures.has(id)) this.pictures.set(id, found.dataUrl);
  }

  #forget(id: MediaId, url: string): void {
    if (url.startsWith("blob:")) URL.revokeObjectURL(url);
    this.pictures.delete(id);
  }
}

export function isPicture({ contentType }: { contentType: string }): boolean {
  return contentType.startsWith("image/");
}

function base64(part: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => failed({ code: "files.unreadable", message: t("file-unreadable") });
    reader.readAsDataURL(part);
  });
}
