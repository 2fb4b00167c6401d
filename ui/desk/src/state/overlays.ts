// What can lie over the window.

/** The overlay over the window; one at a time. */
export type Overlay = "palette" | "search" | "outbox" | "settings" | "told" | "leave" | "complete" | "askForHelp" | "delegate" | "helpNotNeeded" | "snooze" | "tags" | "editCustomer" | "template" | "card" | "otherContact" | "askNumber" | "react" | "start" | "invite" | "transfer" | "inviteExternal" | "bulk" | "dayRows" | "password" | "library" | "numbers" | "reviews" | "fileReview" | "plans" | "signOut" | "notSent" | "inbox" | "away" | "arrange" | "report";

/** What the palette offers. */
export type Offered = "everything" | "availability" | "buttons";
