import type { Language } from "../i18n";

interface Texts {
  ask: string;
  score: string;
  comment: string;
  send: string;
  thanks: string;
  change: string;
  failed: string;
  over: string;
  no: string;
  declined: string;
  rate: string;
  never: string;
  asked: string;
}

export const texts: Record<Language, Texts> = {
  en: {
    ask: "How was this conversation?",
    score: "{n} of 5, 5 is best",
    comment: "Anything to add? (optional)",
    send: "Send rating",
    thanks: "Thank you for your rating: {n} of 5",
    change: "Change rating",
    failed: "Your rating was not sent. Try again.",
    over: "This rating is closed.",
    no: "No, thanks",
    declined: "You gave no rating.",
    rate: "Rate after all",
    never: "Do not ask me again",
    asked: "We will not ask you again.",
  },
  ar: {
    ask: "كيف كانت هذه المحادثة؟",
    score: "{n} من 5، و5 هي الأفضل",
    comment: "هل تود إضافة شيء؟ (اختياري)",
    send: "إرسال التقييم",
    thanks: "شكرًا على تقييمك: {n} من 5",
    change: "تغيير التقييم",
    failed: "لم يُرسل تقييمك. حاول مرة أخرى.",
    over: "هذا التقييم مغلق.",
    no: "لا، شكرًا",
    declined: "لم تقدم تقييمًا.",
    rate: "التقييم الآن",
    never: "لا تسألني مرة أخرى",
    asked: "لن نسألك مرة أخرى.",
  },
  cs: {
    ask: "Jaká byla tato konverzace?",
    score: "{n} z 5, 5 je nejlepší",
    comment: "Chcete něco dodat? (nepovinné)",
    send: "Odeslat hodnocení",
    thanks: "Děkujeme za hodnocení: {n} z 5",
    change: "Změnit hodnocení",
    failed: "Hodnocení se neodeslalo. Zkuste to znovu.",
    over: "Toto hodnocení je uzavřeno.",
    no: "Ne, děkuji",
    declined: "Nehodnotili jste.",
    rate: "Přesto ohodnotit",
    never: "Už se neptejte",
    asked: "Už se nebudeme ptát.",
  },
  de: {
    ask: "Wie war dieses Gespräch?",
    score: "{n} von 5, 5 ist am besten",
    comment: "Möchten Sie etwas ergänzen? (freiwillig)",
    send: "Bewertung senden",
    thanks: "Danke für Ihre Bewertung: {n} von 5",
    change: "Bewertung ändern",
    failed: "Ihre Bewertung wurde nicht gesendet. Versuchen Sie es erneut.",
    over: "Diese Bewertung ist geschlossen.",
    no: "Nein, danke",
    declined: "Sie haben nicht bewertet.",
    rate: "Doch bewerten",
    never: "Nicht mehr fragen",
    asked: "Wir fragen Sie nicht mehr.",
  },
  es: {
    ask: "¿Qué le ha parecido esta conversación?",
    score: "{n} de 5; 5 es lo mejor",
    comment: "¿Desea añadir algo? (opcional)",
    send: "Enviar valoración",
    thanks: "Gracias por su valoración: {n} de 5",
    change: "Cambiar valoración",
    failed: "Su valoración no se ha enviado. Inténtelo de nuevo.",
    over: "Esta valoración está cerrada.",
    no: "No, gracias",
    declined: "No ha dejado ninguna valoración.",
    rate: "Valorar ahora",
    never: "No volver a preguntar",
    asked: "No volveremos a preguntarle.",
  },
  fr: {
    ask: "Comment s’est passée cette conversation ?",
    score: "{n} sur 5, 5 étant le meilleur",
    comment: "Quelque chose à ajouter ? (facultatif)",
    send: "Envoyer la note",
    thanks: "Merci pour votre note : {n} sur 5",
    change: "Modifier la note",
    failed: "Votre note n’a pas été envoyée. Réessayez.",
    over: "Cette évaluation est close.",
    no: "Non, merci",
    declined: "Vous n’avez pas donné de note.",
    rate: "Donner une note",
    never: "Ne plus me demander",
    asked: "Nous ne vous le demanderons plus.",
  },
};
