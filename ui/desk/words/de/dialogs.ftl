# Dialoge, die etwas tun: abschließen, verlassen, einladen, zurückstellen, Schlagwörter, abmelden, nicht Gesendetes.

since-written = { $name } hat inzwischen geschrieben.
reopens = Es öffnet sich wieder, wenn der Kunde schreibt.
message-optional = Nachricht (optional)
complete = Dieses Gespräch abschließen
    .outcome = Was ist das Ergebnis? (optional)
    .submit = Gespräch abschließen
    .anyway = Gespräch trotzdem abschließen
ask-for-help = Hilfe rufen
    .lead = Das Team wird benachrichtigt. Sie bleiben im Gespräch.
    .what = Wobei brauchen Sie Hilfe?
    .submit = Team fragen
delegate = An { -logic } übergeben
    .lead = { -logic } übernimmt. Vorschau auf die nächste Nachricht:
    .instructions = Hinweise für { -logic } (optional)
    .submit = Übergeben
    .anyway = Trotzdem übergeben
preview = Was { -logic } tun würde
    .asking = { -logic } wird gefragt …
    .nothing = Keine: Sie wartet auf den Kunden.
    .say = Selbst sagen
leave = Dieses Gespräch verlassen
    .reason = Grund
    .resolved = Mein Teil ist erledigt
    .colleague = Jemand aus dem Team übernimmt
    .area = Nicht mein Gebiet
    .shift = Feierabend
    .other = Anderer Grund
    .help = Hilfe rufen
    .help-what = Das Team benachrichtigen, dass jemand gebraucht wird.
    .submit = Gespräch verlassen
help-not-needed = Hilfe nicht nötig
    .gone = { $name } braucht keine Hilfe mehr.
    .who = Wer macht mit { $name } weiter?
    .colleagues = Das Team wird nicht mehr gerufen.
    .logic = { -logic } antwortet wieder
    .logic-what = Sie wird sofort gefragt. Sagt sie nichts, wird das Team wieder gerufen.
    .nobody = Niemand: Gespräch abschließen
    .reason = Grund
    .undo = Das lässt sich 10 Sekunden lang rückgängig machen.
    .submit = Hilferuf beenden
    .anyway = Hilferuf trotzdem beenden
goes-on =
    { $count ->
        [one] { $names } macht weiter
       *[other] { $names } machen weiter
    }
goes-on-me = Sie machen weiter
invite = Jemanden aus dem Team einladen
    .colleague = Teammitglied
    .nobody = Es gibt sonst niemanden zum Einladen.
    .loading = Team wird geladen …
    .outside = Jemanden von außerhalb einladen …
    .submit = Einladung senden
transfer = An jemanden aus dem Team übergeben
    .lead = Sie verlassen das Gespräch, sobald die Person beitritt. Bis dahin bleibt es bei Ihnen.
    .submit = Um Übernahme bitten
    .asked = { $name } ist gefragt. Sie bleiben, bis die Person beitritt.
assign = Jemandem aus dem Team zuweisen
    .lead = Die Person wird gebeten beizutreten. Wer das Gespräch jetzt führt, bleibt.
    .submit = Um Beitritt bitten
    .asked = { $name } wird gebeten beizutreten.
partner = Partner einladen
    .about = Partner brauchen kein Konto. Ihr Link öffnet nur dieses Gespräch, ab jetzt, im ersten Browser, der ihn öffnet.
    .name = Name, den der Kunde sieht
    .email = E-Mail (optional; den Link bekommen Sie auf jeden Fall)
    .expires = Link läuft ab nach
    .submit = Link erstellen
    .link-for = Der Link für { $name }
lifetime-900 = 15 Minuten
lifetime-3600 = 1 Stunde
lifetime-14400 = 4 Stunden
lifetime-86400 = 1 Tag
link-once = Sie sehen diesen Link nur einmal. Geben Sie ihn auf einem Weg weiter, dem Sie vertrauen.
    .field = Link
    .copy = Link kopieren
    .waits = Der Server hat noch nicht geantwortet. Der Link gilt, sobald er es tut; das Gespräch zeigt dann die Einladung.
    .mailed = Der Server schickt einen weiteren Link an { $address }; es gilt der zuerst geöffnete.
edit-customer = { $name } bearbeiten
    .lead = Das Team sieht es in allen Gesprächen dieses Kunden. Es ist eine Notiz, kein Nachweis, wer der Kunde ist.
    .name = Name
    .email = E-Mail
    .phone = Telefon
snooze = { $name } zurückstellen
    .lead = Das Gespräch rückt ans Ende Ihrer Liste und kommt zur Wiedervorlage zurück. Schreibt der Kunde, kommt es sofort zurück.
    .until = Bis wann
    .other = Zu einer anderen Zeit
    .time = Datum und Uhrzeit
    .no-time = Wählen Sie Datum und Uhrzeit.
    .submit = Zurückstellen
away = Abwesend
    .lead = Neue Hilferufe erreichen Sie erst, wenn sonst niemand antwortet. Das Team sieht Grund und Zeit.
    .reason = Grund
    .back = Zurück
    .submit = Auf abwesend setzen
away-back-unsaid = Noch offen
away-back-quarter = In 15 Minuten
away-back-half = In 30 Minuten
away-back-hour = In 1 Stunde
away-no-time = Wählen Sie eine kommende Zeit.
snooze-choice-soon = In 20 Minuten
snooze-choice-hour = In 1 Stunde
snooze-choice-later = In 3 Stunden
snooze-choice-tomorrow = Morgen früh
snooze-choice-monday = Montag früh
snooze-choice-customer = Wenn der Kunde schreibt
start = Zuerst schreiben
    .to = Telefonnummer mit Landesvorwahl
    .name = Name, falls nicht bekannt
    .from = Von
    .stopped = Von { $number } wird gerade nichts gesendet. Sagen Sie es Ihrer Administration.
    .none = Es gibt keine Nummer, von der Sie schreiben könnten. Ihre Administration kann eine verbinden.
    .there = Dieses Gespräch läuft schon. Es wurde nichts gesendet.
template = Vorlage an { $name }
    .loading = Die Vorlagen werden geholt …
    .none = Es gibt keine genehmigte Vorlage. Sie entstehen bei Meta und werden alle 15 Minuten geholt.
    .choose = Vorlage
    .value = Wert für { $slot }
    .button = Wert für die Schaltfläche „{ $label }“
    .preview = Was { $name } lesen wird
    .send = Vorlage senden
other-contact =
    .lead = Weitere Chats mit { $name }. Was Sie dort schreiben, kommt dort an.
    .none = Hier ist kein weiterer Chat mit { $name } bekannt.
    .chat = { $channel }, läuft
    .over = { $channel }, abgeschlossen
    .open = Öffnen: { $chat }
    .number = An eine andere Nummer schreiben
card = Visitenkarte für { $name }
    .lead = Der Kunde kann sie speichern und von dort aus anrufen oder schreiben.
    .name = Name
    .phone = Telefon
    .email = E-Mail
    .organisation = Firma
    .send = Karte senden
ask-number = Nach der Telefonnummer fragen
    .lead = Der Kunde bekommt eine Schaltfläche, die sie sendet. Bis dahin ist keine Nummer bekannt.
    .label = Was der Kunde liest
    .words = Dürfen wir Ihre Telefonnummer haben?
    .send = Fragen
react = Auf { $name } reagieren
    .field = Emoji
    .placeholder = Name eines Emojis
    .list = Emojis
    .none = Kein Emoji heißt so.
    .back = { $emoji } zurücknehmen
tags = Schlagwörter für { $name }
    .field = Schlagwort
    .placeholder = Schlagwort eintippen oder auswählen
    .list = Schlagwörter
    .set = Gesetzt
    .remove = entfernen
    .fresh = neues Schlagwort
    .uses =
        { $count ->
            [one] 1 Gespräch
           *[other] { $count } Gespräche
        }
    .too-long = Zu lang: { $length } von { $most } Zeichen.
    .full = Ein Gespräch hat höchstens { $most } Schlagwörter. Entfernen Sie zuerst eines.
    .none = Noch keine Schlagwörter in Gebrauch.
who-was-notified = Wer benachrichtigt wurde
    .none = Der Server kennt in diesem Gespräch keinen Hilferuf.
    .asking = Server wird gefragt …
    .refresh = Neu laden
    .offline = Sie sind offline. { $reason }
    .last = Das war der letzte Stand.
    .no-desk = Niemand wurde gerufen: Es war kein Tandem verbunden.
    .former = Ehemaliges Teammitglied
call-open = Gerufen { $since }, noch offen
call-over = Gerufen { $since }, beendet { $ended }
reach-eligible = Benachrichtigt: wer dafür infrage kommt
reach-everyone = Benachrichtigt: das ganze Team
reach-supervisors = Benachrichtigt: das ganze Team, die Leitung
reach-logic = Benachrichtigt: das ganze Team, die Leitung, { -logic }
alert-shown = angezeigt { $time }
alert-muted = stumm: { $why }
    .no-reason = kein Grund genannt
alert-clicked = angeklickt { $time }
alert-joined = beigetreten { $time }
alert-sent = gesendet { $time }, nicht bestätigt
alert-unreachable = war nicht erreichbar
arrange = Anordnen: { $section }
    .order = Reihenfolge
    .group = Gruppen
    .only = Zeigen
    .usual = Zurücksetzen
inbox = Für Sie
    .act = { $act }: { $line }
    .left = noch { $time }
    .none = Nichts. Erwähnungen und Einladungen erscheinen hier.
inbox-mention = { $by } erwähnt Sie: { $name }
inbox-invitation = { $by } lädt Sie zu { $name } ein
inbox-transfer = { $by } übergibt Ihnen { $name }
not-sent-list = Nicht gesendet
    .about = { $what }, { $name }
    .act = { $act }: { $line }
    .discarded = Verworfen: { $what }, { $name }.
    .undo = Verwerfen rückgängig: { $line }
    .note-to = Notiz an { $name }
    .note = Als Notiz senden
    .copied = Kopiert
    .discard = Verwerfen
    .still-waiting =
        Nichts kam zurück. { $count ->
            [one] 1 wartet noch aufs Senden.
           *[other] { $count } warten noch aufs Senden.
        }
    .all-sent = Alles, was Sie geschrieben haben, ist gesendet.
    .not-copied = Der Text ließ sich nicht kopieren. Markieren Sie ihn und drücken Sie Strg+C.
outbox = Postausgang
    .live = Wird jetzt gesendet, eins nach dem anderen.
    .offline = Das wird von selbst gesendet, in dieser Reihenfolge, sobald der Server antwortet.
    .outdated-desk = Bis Tandem aktualisiert ist, wird nichts gesendet. Alles bleibt auf diesem Gerät.
    .outdated-server = Bis der Server aktualisiert ist, wird nichts gesendet. Alles bleibt auf diesem Gerät.
    .cancelled = Abgebrochenes kommt in Ihren Entwurf zurück.
    .open = Öffnen: { $what }, { $name }
    .since = seit { $time }
    .attempts =
        seit { $time }, { $count ->
            [one] 1 Versuch
           *[other] { $count } Versuche
        }
    .cancel = Abbrechen: { $what }, { $name }
    .empty = Nichts wartet.
password = Passwort ändern
    .offline = Sie sind offline. Das Passwort wird auf dem Server geändert: Verbinden Sie sich zuerst.
    .current = Aktuelles Passwort
    .show-current = Aktuelles Passwort zeigen
    .fresh = Neues Passwort
    .show-fresh = Neues Passwort zeigen
    .hint = Mindestens { $least } Zeichen.
    .again = Neues Passwort wiederholen
    .show-again = Wiederholtes Passwort zeigen
    .submit = Passwort ändern
    .busy = Wird geändert …
    .changed = Ihr Passwort ist geändert.
    .no-current = Geben Sie Ihr aktuelles Passwort ein.
    .too-short = Das neue Passwort ist zu kurz: mindestens { $least } Zeichen.
    .same = Das neue Passwort ist dasselbe wie das aktuelle.
    .differ = Die neuen Passwörter stimmen nicht überein.
sign-out = Abmelden?
    .customers =
        { $count ->
            [one] 1 Kunde ist bei Ihnen: { $names }
           *[other] { $count } Kunden sind bei Ihnen: { $names }
        }
    .ask = Hilfe rufen
    .ask-what = Sie gehen, und das Team wird benachrichtigt, dass jemand übernehmen muss.
    .leave = Verlassen
    .leave-what = { -logic } oder das Team macht weiter. Für alle, die sonst allein warten, wird Hilfe gerufen.
    .keep = Behalten
    .keep-what = Die Gespräche warten, bis Sie zurück sind. Niemand wird benachrichtigt.
    .offline = Sie sind offline: Niemand kann erfahren, dass Sie gehen.
    .queued =
        { $count ->
            [one] 1 Nachricht oder Aktion ist noch nicht gesendet. Das geschieht, sobald Sie sich wieder anmelden.
           *[other] { $count } Nachrichten oder Aktionen sind noch nicht gesendet. Das geschieht, sobald Sie sich wieder anmelden.
        }
    .drafts =
        { $count ->
            [one] 1 Entwurf bleibt auf diesem Gerät, bis Sie sich hier wieder anmelden. Sonst sieht ihn niemand.
           *[other] { $count } Entwürfe bleiben auf diesem Gerät, bis Sie sich hier wieder anmelden. Sonst sieht sie niemand.
        }
    .stay = Angemeldet bleiben
    .submit = Abmelden
