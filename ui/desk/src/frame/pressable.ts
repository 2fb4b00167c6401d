/** Rows of a virtual list can be pressed while it scrolls too: a list that follows its end is moved by every message. */
export const pressable = (): { style: Record<string, string> } => ({ style: { "pointer-events": "auto" } });
