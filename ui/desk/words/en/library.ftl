# Quick replies and questions, as their owners change them.

library = Quick replies and questions
    .new-reply = New quick reply
    .new-question = New question
    .unsaved = These changes are not saved. Save them, or drop them first.
    .saved = Saved. Every desk has it within a second.
    .offline = You are offline. The library is changed at the hub, so connect first.
    .search = Search the library
    .placeholder = Search
    .asking = Asking the hub …
    .empty = Nothing here yet. What you add is offered behind / in the message field.
    .no-match = Nothing matches.
    .list = Library
    .question = Question
    .late = Review is due
    .edit = Edit
    .edit-aloud = Edit { $title }
    .retired = { $name } was used before, so it is kept as retired.
    .removed = { $name } is removed.
    .uses =
        { $count ->
            [0] not used yet
            [one] used once
           *[other] used { $count } times
        }
item-state-draft = Draft
item-state-active = Offered
item-state-retired = Retired
question-kind-menu = Menu
question-kind-review = Review
question-kind-confirm = Confirmation
sees-mine = Only you
sees-everybody = Everybody
usage = Usage
    .uses =
        { $count ->
            [0] Not used yet.
            [one] Used once.
           *[other] Used { $count } times.
        }
    .this = This version, last 30 days: { $what }
    .version = Version { $version }, last 30 days: { $what }
    .count =
        { $count ->
            [one] 1 use
           *[other] { $count } uses
        }
    .changed = { $percent } % changed
    .answered = answered after { $time }
    .rated = rated { $score }

## One item

item-key = Key
item-shortcut = Shortcut
item-title = Title
item-kind = Kind
item-folder = Folder (optional)
    .placeholder = Orders / Refunds
item-language = Language
item-new-language = New language
item-add-language = Add language
item-remove-language = Remove { $language }
item-words = Words
item-variables = Variables:
item-preview = Preview
item-who = Who sees it
    .everybody = Everybody
    .team = A team
    .mine = Only me
item-state = State
item-team = Brands of the team
item-channels = Channels (none for all)
item-brands = Brands (none for all)
item-notes = Also in notes
item-holding = Only holds the line
    .why = Words such as “I am working on it” are no answer: reports count the first answer from later words.
item-then-ask = Then ask (optional)
    .nothing = Nothing
item-review-by = Review by (optional)
item-files = Files
    .remove = Remove { $file }
item-question = Question
item-choices = Choices
item-choice = Choice { $nth }
    .remove = Remove choice { $nth }
    .score = Score
    .confirms = Confirms
    .add = Add a choice
    .yes = Yes
    .no = No
item-drop = Drop the changes
item-back = Back
item-versions = Versions
    .one = Version { $version }: { $text }
    .label = Version { $version }:
    .use = Use these words
    .use-aloud = Use these words: version { $version }
