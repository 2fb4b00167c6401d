# The settings. `.also` are other words that people have for a setting: the palette finds it by them.

settings = Settings
    .sections = Sections of the settings
settings-notifications = Notifications
settings-sounds = Sounds
settings-appearance = Appearance
settings-sending = Sending
settings-languages = Languages
settings-start = Start
settings-board = Live board
    .lead = A figure turns red over its limit and is announced once; it is normal again a quarter below. 0 watches nothing.
settings-about = About
settings-shortcuts = Keyboard shortcuts

## Notifications

setting-help-needed = Someone needs help
    .also = notifications help needed call alert
setting-invited = Invited
    .also = notifications invitation alert
setting-customer-wrote = Customer wrote
    .also = notifications message alert new
setting-waiting-too-long = A customer of mine waits
    .also = notifications waiting too long reminder alert
setting-delivery-failed = Delivery failed
    .also = notifications not delivered alert error
setting-mentioned = Mentioned in a note
    .also = notifications mention @ alert
setting-reminded = A snooze is over
    .also = notifications reminder snoozed later alert
setting-queue-long = Too many waiting
    .also = notifications queue over its limit threshold alert supervisor
setting-queue-threshold = Too many are more than
    .also = notifications limit of the queue threshold number supervisor
    .hint = You are notified once when more conversations than this wait for help.
setting-low-score = A customer gave a low score
    .also = notifications review rating stars feedback unhappy csat alert supervisor
setting-low-score-up-to = Low is up to
    .also = notifications low score review rating stars limit threshold number supervisor
    .hint = Of 5. You are notified once of each review.
setting-repeat = Repeat every minute until answered
    .also = notifications again handled remind
    .hint = Calls for help, invitations and customers you joined without a reply.
setting-preview = Show the customer's words
    .also = notifications preview privacy text content screen
    .hint = Otherwise only the name and the reason are shown.
setting-quiet = Quiet hours
    .also = notifications night do not disturb dnd mute silence evening
    .hint = No notifications during these hours, every day.
    .from = From
    .to = To
    .same = Start and end are the same: quiet hours are off.
    .day = From { $from } to { $to } nothing is shown, not even calls for help.
    .night = From { $from } to { $to } the next day nothing is shown, not even calls for help.
setting-try-out = Send a test notification
    .also = notifications try check do they work
loudness-off = Off
loudness-silent = Silent
loudness-sound = Sound

## The test notification

trial-sending = Sending …
trial-taken = The system took it.
    .by = The system took it ({ $server }).
    .seen = Did you see it?
    .yes = Yes, I saw it
    .no = No
    .good = Good: calls for help reach you like this.
    .hidden = Then the system hides it.
    .failed = Until it works, keep this window in sight: calls for help appear here, too.
unseen-any = Open the system's notification settings. Turn off do-not-disturb or focus, and allow notifications of Tandem.
unseen-gnome = Click the clock at the top of the screen and turn off Do Not Disturb. In Settings › Notifications, turn on Tandem.
unseen-plasma = Click the bell in the tray and turn off Do not disturb. In System Settings › Notifications, look for Tandem.
unseen-xfce = In Settings › Notifications, turn off Do not disturb and allow Tandem.
unseen-dunst = In a terminal: dunstctl set-paused false
unseen-mako = In a terminal: makoctl mode -r do-not-disturb
unseen-macos = In System Settings › Notifications › Tandem, allow notifications. In the menu bar, turn off Focus.
unseen-windows = In Settings › System › Notifications, turn on notifications and Tandem, and turn off Do not disturb.
unseen-shared = Do you share your screen, or is a window in full screen? Many systems hide notifications meanwhile.
unseen-again = Then send another one. If you still see none, tell your administrator which system you use.

## Sounds

setting-chime = Sound
    .also = sounds ring tone bell chime audio notification
    .system = Notifications have the system's sound. Choose it, and its volume, in the system's settings.
    .where = Which notifications have a sound is set under Notifications.
chime-system = The system's
chime-bell = Bell
chime-chord = Chord
chime-knock = Knock
chime-rise = Rise
setting-volume = Volume
    .also = sounds loud quiet audio
    .hint = Relative to the volume of the system.
    .system = The system's sound has the system's volume. Choose another one to set its volume here.

## Appearance

setting-theme = Theme
    .also = appearance dark light mode night colours colors
theme-system = As the system
theme-light = Light
theme-dark = Dark
setting-density = Density
    .also = appearance compact comfortable rows spacing
    .hint = Compact shows more conversations and messages at once.
density-comfortable = Comfortable
density-compact = Compact
setting-contrast = Contrast
    .also = appearance high accessibility visible
    .hint = More makes lines and small text darker, or lighter in the dark.
contrast-system = As the system
contrast-more = More
setting-text-size = Size of text
    .also = appearance zoom larger smaller font scale
    .smaller = Smaller
    .larger = Larger
    .normal = Normal

## Sending

setting-undo = Undo send, in seconds
    .also = sending take back recall unsend delay
    .hint = 0 to { $most }. Meanwhile, Ctrl Z takes the message back. Ctrl Enter sends at once.
setting-mind-customer = Warn me if the customer wrote while I was writing
    .also = sending hold back reply news warning
    .hint = You see what is new and decide. If a colleague wrote meanwhile, you are always asked.
setting-open-next = Open my next conversation when one is over
    .also = sending complete leave advance following
    .hint = After you complete, leave or hand over a conversation.

## Languages

setting-language = Language
    .also = languages english german deutsch spelling spell check dictionary translation
    .hint = Of this window. What people write stays as it is.
# Each language is called as its own speakers call it.
language-system = System
language-en = English
language-de = Deutsch
setting-reads = Languages I read
    .also = translate translation foreign customers
    .hint = Conversations in other languages are offered for translation, into the language of this window if you read it.
    .add = Add a language
    .remove = Remove { $language }
languages-spelling = Spelling
    .what = English and the languages of your system. On Linux, a language is checked if its dictionary is installed.
languages-replies = Quick replies
    .what = In the customer's language, where a reply has one.

## Start

setting-at-login = Start at login
    .also = start autostart boot launch system tray
    .hint = In the tray, so that calls for help reach you.
setting-start-section = Opens with
    .also = start first section home page list

## Live board

setting-board-wanted = Waits for a person longer than (seconds)
    .also = board limit threshold wait person alarm
    .hint = The longest wait of those who need a person.
setting-board-unanswered = Unanswered longer than (seconds)
    .also = board limit threshold answer alarm
    .hint = The longest wait of those whom nobody has answered.
setting-board-calls = Open calls more than
    .also = board limit threshold calls queue alarm
    .hint = Calls for help that nobody has taken.
setting-board-fallbacks = { -logic } could not go on more than
    .also = board limit threshold failures fallback alarm
    .hint = Conversations in the last 10 minutes.
setting-board-places = Free places fewer than
    .also = board limit threshold room capacity alarm
    .hint = How many conversations the available agents can take.

## About

setting-about = About Tandem
    .also = version hub address server memory cache figures diagnostics
    .copy = Copy for your administrator
    .line = { $name }: { $value }
about-hub = Hub
    .none = none
    .exposed = Not encrypted: others in the network could read along.
about-user = Signed in as
    .none = nobody
    .who = { $name } ({ $email })
about-notifications = Notifications
    .failing = do not work:
    .unknown = none shown yet
about-help = Last call for help
    .none = none yet
    .after = notified after { $ms } ms
about-kept = Kept on this machine
    .encrypted = Encrypted.
about-unsent = Not sent yet
setting-keys = Keyboard shortcuts
    .also = help keys sheet
