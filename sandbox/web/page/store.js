// What the page knows: people, their chats, the verdicts. The stream writes it, everything else reads it and listens.

const bus = new EventTarget();

export const store = {
  bot: null,
  language: null,
  product: { state: "starting" },
  people: [],
  chats: new Map(),
  verdicts: new Map(),
  current: null,
};

/** Call `heard` with what happened, whenever something of this kind does. */
export function on(kind, heard) {
  bus.addEventListener(kind, (event) => heard(event.detail));
}

export function tell(kind, detail) {
  bus.dispatchEvent(new CustomEvent(kind, { detail }));
}

export const person = (id) => store.people.find((one) => one.id === id);
export const personOf = (key) => store.people.find((one) => one.key === key);
export const chatOf = (id) => store.chats.get(id);
export const verdictOf = (chatId, messageId) => store.verdicts.get(`${chatId}:${messageId}`);
export const verdictsOf = (chatId) => [...store.verdicts.values()].filter((one) => one.chat_id === chatId);
export const isBots = (message) => message.from?.id === store.bot.id;

/** Whose chat is shown. */
export function choose(id) {
  store.current = id;
  const chat = chatOf(id);
  if (chat) chat.unread = 0;
  tell("chosen", id);
}

/** All there is, told anew: at the beginning, after a broken connection, in another language. */
export function take(state) {
  const before = store.chats;
  store.bot = state.bot;
  store.language = state.language;
  store.product = state.product;
  store.people = state.people;
  store.chats = new Map();
  for (const one of state.people) {
    const told = state.chats[one.id];
    const earlier = before.get(one.id);
    store.chats.set(one.id, {
      id: one.id,
      messages: new Map(told.messages.map((message) => [message.message_id, message])),
      reactions: new Map(Object.entries(told.reactions).map(([id, emoji]) => [Number(id), emoji])),
      unread: earlier ? earlier.unread : 0,
      draft: earlier ? earlier.draft : "",
      action: null,
    });
  }
  store.verdicts = new Map(state.verdicts.map((one) => [`${one.chat_id}:${one.message_id}`, one]));
  if (!person(store.current)) store.current = state.people[0].id;
  tell("state");
}
