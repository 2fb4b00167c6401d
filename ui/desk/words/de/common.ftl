# Glossar. So heißt in allen Räumen, was auf Englisch steht:
#   conversation = Gespräch · agent, colleagues = das Team, jemand aus dem Team · customer = Kunde (sonst immer der Name)
#   My Conversations = Meine Gespräche · Help Needed = Hilfe benötigt · Recently Left = Kürzlich verlassen
#   All Live Conversations = Alle laufenden Gespräche · Your Logic = Ihre Logik · supervisors = Leitung
#   call for help = Hilferuf · join = beitreten · leave = verlassen · take over = übernehmen · hand over = übergeben
#   complete = abschließen · reopen = wieder öffnen · snooze = zurückstellen, Wiedervorlage · handover = Übergabe
#   reply = Antwort · note = Notiz · draft = Entwurf · tag = Schlagwort · quick reply = Textbaustein · suggestion = Vorschlag
#   hub, server = Server · desk = Tandem · outbox = Postausgang · partner = Partner · library = Bausteine und Fragen
# Anrede: Sie, kurz und ruhig. Anführungszeichen: „…“. Tasten heißen wie auf deutschen Tastaturen: Strg, Umschalt, Eingabe.


## Names of the product's parts

-logic =
    { $case ->
       *[nominative] Ihre Logik
        [dative] Ihrer Logik
    }
-section-my = Meine Gespräche
-section-help = Hilfe benötigt
-section-left = Kürzlich verlassen
-section-all = Alle laufenden Gespräche
logic-name = { -logic }

## Acts

cancel = Abbrechen
close = Schließen
done = Fertig
save = Speichern
undo = Rückgängig
copy = Kopieren
open = Öffnen
remove = Entfernen
try-again = Erneut versuchen
ask-again = Erneut fragen
keep-editing = Weiterschreiben
join = Beitreten

## States

not-sent = Nicht gesendet.
copied = Kopiert.
looking = Wird gesucht …
anyone = ein Kunde
    .title = Ein Kunde
more = { $count } weitere
problem = Das hat nicht geklappt: { $reason }

## Channels and availability

channel-web_chat = Webchat
channel-whatsapp = WhatsApp
channel-imported = Importiert
availability-available = verfügbar
    .title = Verfügbar
availability-busy = beschäftigt
    .title = Beschäftigt
availability-away = abwesend
    .title = Abwesend
presence-available = verfügbar
presence-busy = beschäftigt
presence-away = abwesend
presence-unavailable = beschäftigt oder abwesend
presence-offline = offline
absence-back = { $reason }, zurück { $time }
absence-due = { $reason }, zurück seit { $time } geplant
percent = { $value } %
    .aloud = { $value } Prozent

## What the hub has not confirmed

pending-one = { $what } steht aus
pending-several = { $what } und { $more } weitere stehen aus
