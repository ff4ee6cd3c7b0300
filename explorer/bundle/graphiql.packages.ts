/** What the page uses of GraphiQL, React and graphql-js; `npm run graphiql` bundles it, and GraphiQL's style sheet, into the two files beside it. */
export { useEditorContext } from "@graphiql/react";
export { GraphiQL } from "graphiql";
export { Kind, parse, print } from "graphql";
export { useEffect, useState } from "react";
export { Fragment, jsx, jsxs } from "react/jsx-runtime";
export { createPortal } from "react-dom";
export { createRoot } from "react-dom/client";
