// Every test begins with an empty page that speaks the system's language.
import { cleanup } from "@testing-library/svelte";
import { afterEach } from "vitest";
import { speak } from "../src/words/catalogue.svelte";

afterEach(cleanup);
afterEach(() => speak("system"));

// The test's document edits nothing by itself.
document.execCommand ??= () => false;
