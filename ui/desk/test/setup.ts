// Every test begins with an empty page that speaks the system's language.
import { cleanup, configure } from "@testing-library/svelte";
import { afterEach, vi } from "vitest";
import { speak } from "../src/words/catalogue.svelte";

afterEach(cleanup);
afterEach(() => speak("system"));

// A busy machine is no fault.
const PATIENCE_MS = 10_000;
configure({ asyncUtilTimeout: PATIENCE_MS });
const { waitFor } = vi;
vi.waitFor = (check, options = PATIENCE_MS) => waitFor(check, options);

// The test's document edits nothing by itself.
document.execCommand ??= () => false;
