/** Words that a language keeps for itself, so that no declaration may be called so. */

const split = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** Java SE 21 language specification, 3.9: keywords and literals, and what no class may be called. */
export const JAVA_WORDS = split(`
  abstract assert boolean break byte case catch char class const continue default do double else enum extends
  false final finally float for goto if implements import instanceof int interface long native new null package
  permits private protected public record return sealed short static strictfp super switch synchronized this
  throw throws transient true try var void volatile while yield
`);

/** C++20, [lex.key]: keywords and alternative tokens. */
export const CPP_WORDS = split(`
  alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class
  co_await co_return co_yield compl concept const consteval constexpr constinit const_cast continue decltype
  default delete do double dynamic_cast else enum explicit export extern false float for friend goto if inline
  int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public register
  reinterpret_cast requires return short signed sizeof static static_assert static_cast struct switch template
  this thread_local throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t
  while xor xor_eq
`);

/** ECMAScript 2025, 12.7.2, in strict mode and modules. */
export const TYPESCRIPT_WORDS = split(`
  arguments await break case catch class const continue debugger default delete do else enum eval export extends
  false finally for function if implements import in instanceof interface let new null package private protected
  public return static super switch this throw true try typeof var void while with yield
`);
