/** Tells the parser's refusal of too many tokens from other syntax errors. */
import { GraphQLError, Lexer, TokenKind, type Source } from "graphql";
import type { AppError } from "../../errors.js";
import { tooMuch } from "./operation.limits.js";

/** graphql-js gives this error no code. A test holds the wording of the installed version to it. */
const TOO_MANY_TOKENS = /^Syntax Error: Document contains more tha[nt] \d+ tokens/;

/** The error of the contract for a document with too many tokens; null for any other error. */
export function tooManyTokens(error: unknown, limit: number): AppError | null {
  if (!(error instanceof GraphQLError) || error.source === undefined || !TOO_MANY_TOKENS.test(error.message))
    return null;
  return tooMuch("documentTokens", limit, tokensOf(error.source));
}

function tokensOf(source: Source): number {
  const lexer = new Lexer(source);
  let tokens = 0;
  try {
    while (lexer.advance().kind !== TokenKind.EOF) tokens += 1;
  } catch {
    // The rest of the document is not GraphQL.
  }
  return tokens;
}
