// Ten thousand of everything, to see that nothing stutters. Development and tests only.
import { CUSTOMER, LOGIC, MAYA, Script, iso } from "./entries";
import { sample, type Sample } from "./sample";

export function large(now: number, count = 10_000): Sample[] {
  const long = new Script("long", now).seam("web_chat", count);
  for (let at = count; at > 0; at--) {
    const words = `Message ${count - at + 1}: ${"some more words ".repeat((at * 7) % 11)}`;
    if (at % 3 === 0) long.customer(words, at);
    else long.says(at % 3 === 1 ? MAYA : LOGIC, words, at);
  }
  const rows = Array.from({ length: count }, (_, at) => {
    const script = new Script(`row-${at}`, now).seam("web_chat", at + 1).customer(`Question number ${at}`, at);
    return sample({ name: `Customer ${at}`, script, people: [[MAYA, at]], row: { wait: { since: iso(now - at * 60_000), awaited: "reply" }, wordsBy: CUSTOMER } });
  });
  return [sample({ name: "Long Journey", script: long, people: [[MAYA, 5]] }), ...rows];
}
