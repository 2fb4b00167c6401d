//! The service's own sentences.

/// One language's sentences.
pub struct Words {
    language: &'static str,
    /// Handing over to a person.
    pub colleague: &'static str,
    /// The customer waits and there is nothing new to say.
    pub here: &'static str,
    /// People handed the conversation back.
    pub back: &'static str,
    /// A person was called, and no one has come.
    pub nobody_yet: &'static str,
    /// The bot's greeting, with the menu below.
    pub greeting: &'static str,
    /// Labels of the menu: order, booking, person.
    pub menu: [&'static str; 3],
    pub ask_order: &'static str,
    pub order: &'static str,
    pub ask_booking: &'static str,
    pub booking: &'static str,
    pub not_understood: &'static str,
    /// An agent has started a refund.
    pub refund: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    colleague: "Let me get a colleague. One moment, please.",
    here: "I'm here. One moment, please.",
    back: "This is the assistant again. What can I do for you?",
    nobody_yet: "Everybody is busy right now. I have asked again; please stay, or leave your question here and we will answer it.",
    greeting: "Hello! I'm the automatic assistant. What is it about?",
    menu: ["Track an order", "Change a booking", "Talk to a person"],
    ask_order: "Sure. What is the order number?",
    order: "Thank you. That order has left the warehouse and should be with you tomorrow. (I'm a sample and look nothing up.)",
    ask_booking: "Of course. What is the booking number, and what should change?",
    booking: "Thank you, the change is noted. (I'm a sample and book nothing.) Anything else?",
    not_understood: "Sorry, I did not understand that. Could you choose one of these?",
    refund: "Your refund is on its way; it should arrive within a few days.",
};

const GERMAN: Words = Words {
    language: "de",
    colleague: "Ich hole jemanden aus dem Team dazu. Einen Moment, bitte.",
    here: "Ich bin da. Einen Moment, bitte.",
    back: "Hier ist wieder der Assistent. Was kann ich für Sie tun?",
    nobody_yet: "Im Moment sind alle im Gespräch. Ich habe noch einmal gerufen; bleiben Sie gern hier, oder schreiben Sie Ihre Frage auf, wir antworten.",
    greeting: "Hallo! Ich bin der automatische Assistent. Worum geht es?",
    menu: ["Bestellung verfolgen", "Buchung ändern", "Mit einem Menschen sprechen"],
    ask_order: "Gern. Wie lautet die Bestellnummer?",
    order: "Danke. Die Bestellung hat das Lager verlassen und sollte morgen da sein. (Ich bin ein Beispiel und schlage nichts nach.)",
    ask_booking: "Natürlich. Wie lautet die Buchungsnummer, und was soll sich ändern?",
    booking: "Danke, die Änderung ist notiert. (Ich bin ein Beispiel und buche nichts.) Sonst noch etwas?",
    not_understood: "Das habe ich leider nicht verstanden. Passt eines davon?",
    refund: "Ihre Rückerstattung ist unterwegs; sie sollte in wenigen Tagen ankommen.",
};

const SPANISH: Words = Words {
    language: "es",
    colleague: "Voy a buscar a alguien del equipo. Un momento, por favor.",
    here: "Aquí estoy. Un momento, por favor.",
    back: "Soy el asistente otra vez. ¿En qué puedo ayudarle?",
    nobody_yet: "Ahora mismo todo el equipo está ocupado. He vuelto a avisar; puede esperar o dejar aquí su pregunta y le responderemos.",
    greeting: "¡Hola! Soy el asistente automático. ¿De qué se trata?",
    menu: ["Seguir un pedido", "Cambiar una reserva", "Hablar con una persona"],
    ask_order: "Claro. ¿Cuál es el número de pedido?",
    order: "Gracias. El pedido ha salido del almacén y debería llegar mañana. (Soy un ejemplo y no consulto nada.)",
    ask_booking: "Por supuesto. ¿Cuál es el número de reserva y qué hay que cambiar?",
    booking: "Gracias, el cambio está anotado. (Soy un ejemplo y no reservo nada.) ¿Algo más?",
    not_understood: "Perdone, no le he entendido. ¿Puede elegir una de estas opciones?",
    refund: "Su reembolso está en camino; debería llegar en unos días.",
};

/// Languages of the dialogues; the bot's own menu is English there.
const OTHERS: &[Words] = &[
    Words {
        language: "fr",
        colleague: "Je vais chercher un collègue. Un instant, s'il vous plaît.",
        here: "Je suis là. Un instant, s'il vous plaît.",
        back: "C'est de nouveau l'assistant. Que puis-je faire pour vous ?",
        nobody_yet: "Toute l'équipe est occupée pour le moment. J'ai rappelé ; restez ici, ou laissez votre question et nous y répondrons.",
        ..ENGLISH
    },
    Words {
        language: "it",
        colleague: "Chiamo subito un collega. Un momento, per favore.",
        here: "Sono qui. Un momento, per favore.",
        back: "Sono di nuovo l'assistente. Come posso aiutarla?",
        nobody_yet: "In questo momento sono tutti occupati. Ho richiamato; resti pure qui, o lasci la sua domanda e le risponderemo.",
        ..ENGLISH
    },
    Words {
        language: "pt",
        colleague: "Vou chamar um colega. Um momento, por favor.",
        here: "Estou aqui. Um momento, por favor.",
        back: "É o assistente outra vez. Como posso ajudar?",
        nobody_yet: "Neste momento todos estão ocupados. Já avisei de novo; pode esperar, ou deixe aqui a sua pergunta e responderemos.",
        ..ENGLISH
    },
    Words {
        language: "cs",
        colleague: "Přizvu kolegu. Okamžik, prosím.",
        here: "Jsem tady. Okamžik, prosím.",
        back: "Tady je znovu asistent. Co pro vás mohu udělat?",
        nobody_yet: "Všichni kolegové jsou teď zaneprázdněni. Znovu jsem je zavolal; počkejte prosím, nebo nám tu nechte dotaz a odpovíme.",
        ..ENGLISH
    },
    Words {
        language: "pl",
        colleague: "Poproszę kogoś z zespołu. Chwileczkę, proszę.",
        here: "Jestem. Chwileczkę, proszę.",
        back: "Tu znowu asystent. W czym mogę pomóc?",
        nobody_yet: "Wszyscy są teraz zajęci. Wezwałem ich ponownie; proszę poczekać albo zostawić tu pytanie, odpowiemy.",
        ..ENGLISH
    },
    Words {
        language: "nl",
        colleague: "Ik haal er een collega bij. Een ogenblik, alstublieft.",
        here: "Ik ben er. Een ogenblik, alstublieft.",
        back: "Hier is de assistent weer. Wat kan ik voor u doen?",
        nobody_yet: "Op dit moment is iedereen in gesprek. Ik heb opnieuw geroepen; blijf gerust hier, of laat uw vraag achter en we antwoorden.",
        ..ENGLISH
    },
    Words {
        language: "ja",
        colleague: "担当者におつなぎします。少々お待ちください。",
        here: "少々お待ちください。",
        back: "再びアシスタントが承ります。ご用件をどうぞ。",
        nobody_yet: "ただいま担当者が全員対応中です。もう一度呼び出しました。このままお待ちいただくか、ご質問を残していただければお返事します。",
        ..ENGLISH
    },
    Words {
        language: "ar",
        colleague: "سأحضر أحد الزملاء. لحظة من فضلك.",
        here: "أنا هنا. لحظة من فضلك.",
        back: "معك المساعد من جديد. كيف أستطيع مساعدتك؟",
        nobody_yet: "الجميع مشغولون الآن. لقد ناديتهم مرة أخرى؛ يمكنك الانتظار أو ترك سؤالك هنا وسنجيب عليه.",
        ..ENGLISH
    },
    Words {
        language: "hi",
        colleague: "मैं एक सहकर्मी को बुलाता हूँ। कृपया एक क्षण रुकिए।",
        here: "मैं यहाँ हूँ। कृपया एक क्षण रुकिए।",
        back: "मैं सहायक फिर से यहाँ हूँ। मैं आपके लिए क्या कर सकता हूँ?",
        nobody_yet: "इस समय सभी व्यस्त हैं। मैंने फिर से बुलाया है; कृपया रुकें, या अपना प्रश्न यहाँ छोड़ दें, हम उत्तर देंगे।",
        ..ENGLISH
    },
];

static ALL: &[&[Words]] = &[&[ENGLISH, GERMAN, SPANISH], OTHERS];
static FALLBACK: Words = ENGLISH;

/// The sentences of a language such as `de` or `de-AT`; English for unknown ones.
pub fn of(language: Option<&str>) -> &'static Words {
    let short = language.and_then(|code| code.split(['-', '_']).next()).unwrap_or_default().to_lowercase();
    ALL.iter().flat_map(|some| some.iter()).find(|words| words.language == short).unwrap_or(&FALLBACK)
}
