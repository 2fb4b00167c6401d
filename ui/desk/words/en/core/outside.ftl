# What is said outside of the window: notifications, the icon and its menu.


## Notifications

notice-help = { $name } needs help
notice-transfer = { $by } transfers { $name } to you
notice-invited = { $by } invites you to { $name }
    .logic = { -logic } invites you to { $name }
    .colleague = A colleague
notice-failed = Not delivered to { $name }
    .body = Open the conversation to see why and to try again.
notice-waiting = { $name } is still waiting
    .joined = { $name }: joined, no reply { $time }
notice-reminder = Reminder: { $name }
    .over = Your snooze is over.
    .help = Help is needed: { $reason }
notice-mentioned = { $by } mentions you: { $name }
notice-group-help =
    { $count ->
        [one] 1 conversation needs help
       *[other] { $count } conversations need help
    }
notice-group-you =
    { $count ->
        [one] 1 conversation needs you
       *[other] { $count } conversations need you
    }
    .body = Open the one that waits longest.
notice-queue =
    { $count ->
        [one] 1 conversation waits for help
       *[other] { $count } conversations wait for help
    }
    .body = No one has taken them yet.
notice-test = Notifications work
    .body = This is how Tandem calls you when someone needs help.
notice-works = Notifications work.
notice-answer = Answer the customer
    .send = Send
notice-act-join = Join
notice-act-open = Open
notice-act-snooze = Snooze
notice-act-reply = Reply

## The icon and its menu

tray-section = { $title } ({ $count })
    .my = { -section-my }
    .help = { -section-help }
    .left = { -section-left }
    .all = { -section-all }
tray-open = Open Tandem
tray-quit = Quit
tray-locked = Tandem is locked
tray-signed-out = You are signed out
tray-available = Available
tray-busy = Busy
tray-away = Away
standing-locked = locked
standing-signed-out = signed out
standing-nobody-waits = nobody waits
standing-help =
    { $count ->
        [one] 1 needs help
       *[other] { $count } need help
    }
standing-unread = { $count } unread
standing-both = { $help }, { $unread }
standing-offline = { $standing } (offline)

## The system's dialog for a file

save-as = Save as
    .do = Save

## What the system did not do

system-browser = The browser cannot be opened: { $reason }.
    .web = Only web addresses are opened.
system-file = This system did not open the file: { $reason }. You can save it instead.
system-dialog = The dialog cannot be shown: { $reason }.
system-downloads = This system names no folder for downloads.
system-clipboard = The clipboard cannot be read: { $reason }.
    .picture = The picture cannot be pasted: { $reason }.
    .silent = The program that you copied from does not answer. Copy it again.
system-notices = The notification service refused: { $reason }.
    .asked = The notification service cannot be asked: { $reason }.
    .missing = This system has no notification service.
    .silent = The notification service does not answer.
system-login = The system refused: { $reason }.
    .no-folder = This system names no folder for what starts at login.
    .no-name = This program cannot be named: { $reason }.
    .named = A desk with TANDEM_DESK_DATA is not started at login.
    .read = Cannot read { $file }: { $reason }.
    .remove = Cannot remove { $file }: { $reason }.
    .write = Cannot write { $file }: { $reason }.
