# The company's numbers on WhatsApp, for those who manage settings.

numbers = WhatsApp numbers
    .new = New number
    .offline = You are offline. Numbers are changed at the hub, so connect first.
    .asking = Asking the hub …
    .empty = No number yet. Once you add one, what customers write to it comes here.
    .list = Numbers
    .open = Open
    .open-aloud = Open { $number }
    .back = Back
    .unsaved = These changes are not saved. Save them, or drop them first.
    .saved = { $number } is saved. The hub uses it at once.
    .removed = { $number } is removed. Its conversations stay.

## When one is ill

numbers-ill = { $count } WhatsApp numbers need attention
number-ill-token = The access token of this WhatsApp number is not valid any more. What you send waits. Enter a new one.
number-ill-blocked = Meta has blocked this WhatsApp number. What you send waits. See WhatsApp Manager for the reason.
number-ill-registered = This WhatsApp number is not registered at Meta. What you send waits until it is.
number-ill-quality = Meta rates the quality of what this WhatsApp number sends as low, and may limit or block it.
number-ill-other = Nothing leaves this WhatsApp number at the moment. What you send waits.
number-short-token = Token not valid
number-short-blocked = Blocked
number-short-registered = Not registered
number-short-quality = Low quality
number-short-other = Does not send
number-well = This number sends and receives.
number-since = Since { $when }
number-waiting-title = Waiting to be sent
number-waiting =
    { $count ->
        [0] nothing waits
        [one] 1 message waits
       *[other] { $count } messages wait
    }

## One number

number-webhook = Webhook for Meta
number-change = Change
number-of-settings = This number is one of the hub's settings, and is changed there.
number-remove =
    .sure = Remove { $number }? What waits to be sent fails, and nothing is received any more. Its conversations stay.
    .yes = Remove it
number-month = Cost this month
    .none = No message with a price yet
number-free-used = { $used } of { $most } free replies
number-use =
    .yes = { $kind }, charged: { $count }
    .no = { $kind }, free: { $count }
    .unknown = { $kind }, price not told: { $count }
number-use-service = Replies
number-use-utility = Utility templates
number-use-marketing = Marketing templates
number-use-authentication = Authentication templates
number-use-unknown = Other
number-templates = Templates
    .none = None. Create one in WhatsApp Manager.
number-check = Check
    .asking = Asking …
    .says = Meta says
    .name = { $number }, shown as { $name }
    .missing = What is missing
    .nothing = Nothing. Messages can come and go.
    .untried = The verify token was not tried: the hub keeps no copy of it.
number-status-approved = Approved
number-status-pending = In review
number-status-rejected = Rejected
number-status-paused = Paused
number-status-disabled = Disabled
number-status-appeal = In appeal
number-status-limit = Limit reached
number-status-archived = Archived
number-status-deleting = Being deleted
number-status-deleted = Deleted
number-category-utility = Utility
number-category-marketing = Marketing
number-category-authentication = Authentication
number-quality-high = High quality
number-quality-medium = Medium quality
number-quality-low = Low quality
number-quality-unknown = No quality rating yet
number-limit =
    { $count ->
        [one] Writes first to 1 customer a day
       *[other] Writes first to up to { $count } customers a day
    }
    .none = Writes first to any number of customers
    .unknown = No known limit on writing first
number-lack-app = No app is subscribed to the account, so no messages arrive. Subscribe yours.
number-lack-webhook = The app has no webhook for WhatsApp. Enter { $address } and the verify token.
number-lack-other = Meta posts to { $address }. Enter this hub's address there, or set public_url.
number-lack-fields = The webhook is not subscribed to { $fields }.
number-lack-token = The verify token at Meta is another one. Save the number with that one.
number-lack-hub = No hub answers at { $address }. Set public_url, or look at the proxy.
number-lack-signature = A signed webhook is refused at { $address }. Set public_url, or look at the proxy.

## Writing one down

number-id = Name in the webhook's address
    .hint = such as main
number-number = Number
number-phone-id = Phone number ID
number-account = WhatsApp Business account ID
number-brand = Brand
    .none = None
number-token = Access token
number-secret = App secret
number-verify = Verify token
    .hint = 8 characters or more
number-kept = Stays as it is
number-receipts = Customers learn that we read
number-receipts-off = Never
number-receipts-seen = When somebody has seen it
number-receipts-arrived = As soon as it arrives
number-typing = Customers see that somebody is typing
number-coexistence = Also used in the WhatsApp app on a phone
number-new-after = Hours of silence before a new conversation
number-per-second = Messages per second
number-free = Free replies a month (optional)
number-base = Address of the Cloud API (optional)
