# Die WhatsApp-Nummern des Unternehmens, für die Verwaltung.

numbers = WhatsApp-Nummern
    .new = Neue Nummer
    .offline = Sie sind offline. Nummern liegen auf dem Server: Verbinden Sie sich zuerst.
    .asking = Server wird gefragt …
    .empty = Noch keine Nummer. Sobald Sie eine anlegen, kommt hier an, was Kunden an sie schreiben.
    .list = Nummern
    .open = Öffnen
    .open-aloud = { $number } öffnen
    .back = Zurück
    .unsaved = Diese Änderungen sind nicht gespeichert. Speichern oder verwerfen Sie sie zuerst.
    .saved = { $number } ist gespeichert und gilt sofort.
    .removed = { $number } ist entfernt. Die Gespräche bleiben.

## Wenn eine gestört ist

numbers-ill = { $count } WhatsApp-Nummern brauchen Aufmerksamkeit
number-ill-token = Das Zugriffstoken dieser WhatsApp-Nummer gilt nicht mehr. Was Sie senden, wartet. Geben Sie ein neues ein.
number-ill-blocked = Meta hat diese WhatsApp-Nummer gesperrt. Was Sie senden, wartet. Den Grund nennt der WhatsApp Manager.
number-ill-registered = Diese WhatsApp-Nummer ist bei Meta nicht registriert. Was Sie senden, wartet so lange.
number-ill-quality = Meta bewertet die Qualität dieser WhatsApp-Nummer als niedrig und kann sie einschränken oder sperren.
number-ill-other = Von dieser WhatsApp-Nummer wird gerade nichts gesendet. Was Sie senden, wartet.
number-short-token = Token ungültig
number-short-blocked = Gesperrt
number-short-registered = Nicht registriert
number-short-quality = Niedrige Qualität
number-short-other = Sendet nicht
number-well = Diese Nummer sendet und empfängt.
number-since = Seit { $when }
number-waiting-title = Wartet auf das Senden
number-waiting =
    { $count ->
        [0] nichts wartet
        [one] 1 Nachricht wartet
       *[other] { $count } Nachrichten warten
    }

## Eine Nummer

number-webhook = Webhook für Meta
number-change = Ändern
number-of-settings = Diese Nummer steht in den Einstellungen des Servers und wird dort geändert.
number-remove =
    .sure = { $number } entfernen? Was noch wartet, wird nicht gesendet, und es kommt nichts mehr an. Die Gespräche bleiben.
    .yes = Entfernen
number-month = Kosten in diesem Monat
    .none = Noch keine Nachricht mit einem Preis
number-free-used = { $used } von { $most } freien Antworten
number-use =
    .yes = { $kind }, berechnet: { $count }
    .no = { $kind }, kostenlos: { $count }
    .unknown = { $kind }, ohne Preisangabe: { $count }
number-use-service = Antworten
number-use-utility = Service-Vorlagen
number-use-marketing = Marketing-Vorlagen
number-use-authentication = Authentifizierungs-Vorlagen
number-use-unknown = Sonstige
number-templates = Vorlagen
    .none = Keine. Legen Sie eine im WhatsApp Manager an.
number-check = Prüfen
    .asking = Wird geprüft …
    .says = Meta sagt
    .name = { $number }, angezeigt als { $name }
    .missing = Was fehlt
    .nothing = Nichts. Nachrichten kommen an und gehen hinaus.
    .untried = Das Verify Token wurde nicht geprüft: Der Server bewahrt es nicht auf.
number-status-approved = Genehmigt
number-status-pending = Wird geprüft
number-status-rejected = Abgelehnt
number-status-paused = Pausiert
number-status-disabled = Deaktiviert
number-status-appeal = Im Widerspruch
number-status-limit = Limit erreicht
number-status-archived = Archiviert
number-status-deleting = Wird gelöscht
number-status-deleted = Gelöscht
number-category-utility = Service
number-category-marketing = Marketing
number-category-authentication = Authentifizierung
number-quality-high = Hohe Qualität
number-quality-medium = Mittlere Qualität
number-quality-low = Niedrige Qualität
number-quality-unknown = Noch keine Bewertung der Qualität
number-limit =
    { $count ->
        [one] Schreibt täglich 1 Kunden zuerst an
       *[other] Schreibt täglich bis zu { $count } Kunden zuerst an
    }
    .none = Schreibt beliebig viele Kunden zuerst an
    .unknown = Kein Limit für das erste Anschreiben bekannt
number-lack-app = Für das Konto ist keine App abonniert, darum kommt nichts an. Abonnieren Sie Ihre.
number-lack-webhook = Die App hat keinen Webhook für WhatsApp. Tragen Sie { $address } und das Verify Token ein.
number-lack-other = Meta sendet an { $address }. Tragen Sie dort die Adresse dieses Servers ein, oder setzen Sie public_url.
number-lack-fields = Der Webhook hat { $fields } nicht abonniert.
number-lack-token = Bei Meta steht ein anderes Verify Token. Speichern Sie die Nummer mit jenem.
number-lack-hub = Unter { $address } antwortet kein Server. Setzen Sie public_url, oder prüfen Sie den Proxy.
number-lack-signature = Ein signierter Webhook wird unter { $address } abgewiesen. Setzen Sie public_url, oder prüfen Sie den Proxy.

## Eine Nummer eintragen

number-id = Name in der Adresse des Webhooks
    .hint = etwa main
number-number = Nummer
number-phone-id = Telefonnummern-ID
number-account = ID des WhatsApp-Business-Kontos
number-brand = Marke
    .none = Keine
number-token = Zugriffstoken
number-secret = App-Geheimcode
number-verify = Verify Token
    .hint = mindestens 8 Zeichen
number-kept = Bleibt, wie es ist
number-receipts = Kunden erfahren, dass gelesen wurde
number-receipts-off = Nie
number-receipts-seen = Sobald es jemand gesehen hat
number-receipts-arrived = Sobald es ankommt
number-typing = Kunden sehen, dass jemand schreibt
number-coexistence = Auch in der WhatsApp-App auf einem Telefon in Gebrauch
number-new-after = Stunden ohne Nachricht bis zu einem neuen Gespräch
number-per-second = Nachrichten pro Sekunde
number-free = Freie Antworten im Monat (optional)
number-base = Adresse der Cloud API (optional)
