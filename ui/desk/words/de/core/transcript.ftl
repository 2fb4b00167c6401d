# Was der Kern im Verlauf, in Listen und zu Wartendem sagt. Namen sind die von Menschen; Einzelheiten sind deren Worte.

detail = { $line }: { $detail }
newer = Aktualisieren Sie Tandem, um das zu sehen
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min
duration-minutes-seconds = { $minutes } min { $seconds } s
duration-hours = { $hours } h
duration-hours-minutes = { $hours } h { $minutes } min

## People

said-joined = { $name } ist beigetreten
    .after = { $name } ist nach { $time } beigetreten
    .outside = { $name } ist von außen beigetreten
said-invited = { $by } hat { $name } eingeladen
    .transfer = { $by } hat { $name } gebeten, das zu übernehmen
said-left-reason = Abgemeldet
said-left = { $name } hat das Gespräch verlassen
    .over = { $name } ist nicht mehr beteiligt
said-handed-over = { $name } hat an { -logic } übergeben
said-removed = { $by } hat { $name } entfernt
said-took-over = { $by } hat von { $name } übernommen
    .transfer = { $name } hat das an { $by } übergeben
said-link-expired = Der Link von { $name } ist abgelaufen
    .unused = Der Link von { $name } wurde nicht rechtzeitig benutzt
    .revoked = { $by } hat den Link von { $name } widerrufen
said-invitation-declined = { $name } hat die Einladung abgelehnt
    .missed = { $name } hat auf die Einladung nicht geantwortet
    .withdrawn = { $by } hat die Einladung an { $name } zurückgezogen
    .accepted = { $name } hat die Einladung angenommen

## Help

said-help-logic = { -logic } hat um Hilfe gebeten
said-help-agent = { $by } hat um Hilfe gebeten
said-help-customer = { $name } möchte mit einem Menschen sprechen
said-help-restored = { $by } hat das zurückgenommen: Hilfe wird benötigt
said-help-needed = Hilfe wird benötigt: { $reason }
said-dismissed = { $by } hat den Hilferuf beendet
    .logic = { $by } hat den Hilferuf beendet, { -logic } antwortet
said-widened-agents = Noch keine Antwort. Das ganze Team ist benachrichtigt
    .supervisors = Noch keine Antwort. Die Leitung ist benachrichtigt
    .logic = Noch keine Antwort. { -logic } ist benachrichtigt
said-called-more = { $by } hat das ganze Team benachrichtigt
    .supervisors = { $by } hat die Leitung benachrichtigt

## Why a person is needed, at the end of a sentence or alone

help-logic = { -logic } hat um Hilfe gebeten
help-customer = möchte mit einem Menschen sprechen
    .detail = möchte mit einem Menschen sprechen: { $detail }
help-agent = jemand aus dem Team hat um Hilfe gebeten
help-logic-silent = { -logic } hatte keine Antwort
help-last-left = alle sind gegangen, und der Kunde wartet
help-invitation-over = niemand hat die Einladung angenommen
help-link-over = der Link des Partners ist abgelaufen
help-nobody = niemand kümmert sich darum
failure-not-connected = { -logic } ist nicht verbunden
failure-unreachable = { -logic } ist nicht erreichbar
failure-late = { -logic } hat nicht innerhalb von { $seconds } s geantwortet
failure-redirect = { -logic } hat mit einer Weiterleitung geantwortet ({ $status }), der nicht gefolgt wird
failure-status = { -logic } hat mit einem Fehler geantwortet ({ $status })
failure-malformed = Die Antwort von { -logic(case: "dative") } war nicht verständlich: { $detail }
failure-refused = Die Antwort von { -logic(case: "dative") } wurde abgelehnt: { $detail }
said-failed-not-connected = { -logic } konnte nicht antworten: nicht verbunden
said-failed-unreachable = { -logic } konnte nicht antworten: nicht erreichbar
said-failed-late = { -logic } konnte nicht antworten: keine Antwort innerhalb von { $time }
said-failed-status = { -logic } konnte nicht antworten: Fehler { $status }
said-failed-malformed = { -logic } konnte nicht antworten: Die Antwort war nicht verständlich ({ $detail })
said-failed-refused = { -logic } konnte nicht antworten: Aktion { $action } wurde abgelehnt ({ $detail })

## The conversation

said-completed = { $by } hat abgeschlossen
    .outcome = abgeschlossen von { $by }
    .outcome-logic = abgeschlossen von { -logic(case: "dative") }
said-reopened = { $by } hat das Gespräch wieder geöffnet
said-goes-on-in = { $by }: geht im nächsten Gespräch dieses Chats weiter
    .not = { $by }: geht im nächsten Gespräch dieses Chats nicht weiter
    .outcome = geht in einem anderen Gespräch weiter
said-goes-on-from = { $by }: gehört zum vorigen Gespräch dieses Chats
    .not = { $by }: gehört nicht zum vorigen Gespräch dieses Chats
said-logic-on = { $by } hat { -logic } eingeschaltet
    .off = { $by } hat { -logic } ausgeschaltet
said-tagged = { $by } hat Schlagwörter vergeben: { $tags }
    .removed = { $by } hat Schlagwörter entfernt: { $tags }
    .changed = { $by } hat Schlagwörter vergeben: { $tags }, ohne { $removed }
said-renamed = Der Kunde heißt jetzt { $name }
said-number-lost = Die Telefonnummer gehört jetzt jemand anderem; für { $name } ist keine bekannt
said-noted = { $by } hat notiert: { $values }
    .removed = { $by } hat die Notizen zum Kunden entfernt
said-signed-in = { $name } hat sich auf der Website angemeldet
    .as = { $name } hat sich auf der Website angemeldet und heißt { $now }
    .known = { $line }: Kunde { $id }
said-pressed = { $by } hat „{ $button }“ gedrückt
said-graded-helpful = { $by } fand die Übergabe hilfreich
    .incomplete = { $by } fehlte etwas in der Übergabe
    .wrong = { $by } fand einen Fehler in der Übergabe
said-snoozed = { $by } hat es für { $time } zurückgestellt
    .days =
        { $days ->
            [one] { $by } hat es für 1 Tag zurückgestellt
           *[other] { $by } hat es für { $days } Tage zurückgestellt
        }
    .customer = { $by } hat es zurückgestellt, bis der Kunde schreibt
said-woken = Die Wiedervorlage ist fällig
    .by = { $by } hat das Gespräch zurückgeholt
    .help = Die Wiedervorlage endet: Hilfe wird benötigt
said-review-asked = { $name } wurde um eine Bewertung gebeten
said-review-declined = { $name } wollte keine Bewertung abgeben
    .never = { $name } möchte nicht mehr um Bewertungen gebeten werden
said-review-undelivered = Die Bitte um eine Bewertung hat { $name } nicht erreicht
said-feedback = { $name } gab { $score } von 5
said-withdrawn = Zurückgezogen
    .later = Diese Worte wurden später zurückgezogen und werden nicht gezeigt
said-unknown-kind = Eine Nachricht, die hier nicht gezeigt werden kann ({ $kind })
said-called = Hat versucht anzurufen
said-calls = Hat Anrufe erlaubt
    .until = Hat Anrufe bis { $day } erlaubt
    .refused = Hat Anrufe nicht erlaubt
said-renumbered = Hat jetzt eine andere Nummer
    .to = Hat jetzt eine andere Nummer: { $change }
said-reused = Diese Nummer hat vorher einer anderen Person gehört
said-deleted = Der Kunde hat diese Nachricht von Ihnen bei sich gelöscht
said-mail-failed = Die Mail an { $name } ließ sich nicht senden: { $reason }. Laden Sie noch einmal ein und kopieren Sie den Link

## What a queued command does

does-question = Frage
does-reply = Antwort
does-note = Notiz
does-react = Reaktion
does-join = Beitreten
does-leave = Verlassen
    .help = Verlassen und Hilfe rufen
does-complete = Abschließen
does-reopen = Wieder öffnen
does-ask-for-help = Hilfe rufen
does-help-not-needed = Hilfe nicht nötig
does-restore-help = Hilfe doch nötig
does-call-more = Weitere rufen
does-invite = Jemanden aus dem Team einladen
does-transfer = Übergeben
does-invite-partner = Partner einladen
does-accept = Einladung annehmen
does-decline = Einladung ablehnen
does-withdraw = Einladung zurückziehen
does-remove = Beteiligten entfernen
does-take-over = Übernehmen
does-delegate = An { -logic } übergeben
does-logic-on = { -logic } einschalten
    .off = { -logic } ausschalten
does-tag = Schlagwörter ändern
does-press = Knopf drücken
    .button = „{ $button }“ drücken
does-grade = Übergabe bewerten
does-snooze = Zurückstellen
    .end = Zurückholen
does-edit-customer = Kundendaten ändern
does-revoke-link = Link widerrufen
does-receive = Gelesenes bestätigen

## Facts about the customer

fact-channel = Kanal
fact-customer-id = Kundennummer
    .noted = Kundennummer, notiert
fact-email = E-Mail
    .noted = E-Mail, notiert
fact-phone = Telefon
    .noted = Telefon, notiert
    .unknown = keine Nummer bekannt
fact-username = Benutzername
fact-yes = ja
fact-no = nein

## What Your Logic would do

preview-suggests = Schlägt Ihnen vor
preview-template = Sendet die Vorlage
preview-notes = Hinterlässt eine Notiz
preview-asks-help = Bittet um Hilfe
preview-no-help = Sagt, dass keine Hilfe nötig ist
preview-invites = Lädt jemanden aus dem Team ein
    .partner = Lädt einen Partner ein
preview-removes = Entfernt einen Beteiligten
preview-switches-off = Schaltet sich aus
preview-completes = Schließt das Gespräch ab
preview-reopens = Öffnet das Gespräch wieder
preview-tags = Ändert Schlagwörter
