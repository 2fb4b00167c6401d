# Search over this machine and the hub.

search = Search everything
    .placeholder = Words, a customer, a phone number
    .placeholder-within = Words in this conversation
    .within = Only in the conversation with { $name }
    .widen = Search everything
    .clear = Clear
    .hits = Hits
search-group-customers = Customers
search-group-messages = Messages and notes
search-group-hub = From the hub
hit-note = Note
hit-draft = Not sent
hit-customer = Customer
hit-file = File
hits-count =
    { $count ->
        [one] 1 hit
       *[other] { $count } hits
    }
    .here =
        { $count ->
            [one] 1 hit on this machine
           *[other] { $count } hits on this machine
        }
search-nothing = Nothing contains “{ $query }”
    .here = Nothing contains “{ $query }” on this machine
search-asking = Asking the hub …
search-offline = You are offline: only this machine was searched.
search-no-answer = The hub does not answer: only this machine was searched.
search-key-move = move
search-key-open = open
search-key-close = close

## Operators. What is typed is the same in every language.

operators = Search operators
    .next = Go on with
operator-from = name, me, customer, logic
operator-in = my, help, left, all, webchat, whatsapp
operator-is = open, completed, waiting, help
operator-tag = a tag of the conversation
operator-agent = name of an agent who takes or took part, me
operator-brand = key or name of a brand
operator-language = a code like de
operator-before = a date like 2026-11-03
operator-after = a date like 2026-11-03
operator-attachment = with a file
operator-note = notes of colleagues
operator-phrase = an exact phrase
    .shown = "exact phrase"
