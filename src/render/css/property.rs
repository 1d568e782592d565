//! The properties that mail may set, and what their values may hold.

/// What a property takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Keywords, sizes and colours.
    Plain,
    /// The same without a minus: negative margins lay one thing over another.
    Positive,
    /// Names in quotes besides.
    Fonts,
    /// An image, where the policy allows one.
    Image,
}

/// `None` for a property that mail may not set. Left out on purpose: `position`, `z-index`, `inset`,
/// `transform`, `zoom` and shadows (cover), `content`, `cursor`, `filter`, `mask`, `clip-path`,
/// `border-image`, `src` (fetch), `animation`, `transition` (move), custom properties (carry a value to
/// where nobody looks), `pointer-events`, `all`.
pub(super) fn takes(name: &str) -> Option<Takes> {
    Some(match name {
        "background" | "background-image" => Takes::Image,
        "font" | "font-family" => Takes::Fonts,
        "margin"
        | "margin-top"
        | "margin-right"
        | "margin-bottom"
        | "margin-left"
        | "margin-inline"
        | "margin-inline-start"
        | "margin-inline-end"
        | "margin-block"
        | "margin-block-start"
        | "margin-block-end" => Takes::Positive,
        "background-attachment"
        | "background-clip"
        | "background-color"
        | "background-origin"
        | "background-position"
        | "background-repeat"
        | "background-size" => Takes::Plain,
        "border"
        | "border-bottom"
        | "border-bottom-color"
        | "border-bottom-left-radius"
        | "border-bottom-right-radius"
        | "border-bottom-style"
        | "border-bottom-width"
        | "border-collapse"
        | "border-color"
        | "border-left"
        | "border-left-color"
        | "border-left-style"
        | "border-left-width"
        | "border-radius"
        | "border-right"
        | "border-right-color"
        | "border-right-style"
        | "border-right-width"
        | "border-spacing"
        | "border-style"
        | "border-top"
        | "border-top-color"
        | "border-top-left-radius"
        | "border-top-right-radius"
        | "border-top-style"
        | "border-top-width"
        | "border-width" => Takes::Plain,
        "align-content"
        | "align-items"
        | "align-self"
        | "aspect-ratio"
        | "box-sizing"
        | "caption-side"
        | "clear"
        | "color"
        | "column-gap"
        | "direction"
        | "display"
        | "empty-cells"
        | "flex"
        | "flex-basis"
        | "flex-direction"
        | "flex-flow"
        | "flex-grow"
        | "flex-shrink"
        | "flex-wrap"
        | "float"
        | "font-size"
        | "font-stretch"
        | "font-style"
        | "font-variant"
        | "font-weight"
        | "gap"
        | "height"
        | "hyphens"
        | "justify-content"
        | "letter-spacing"
        | "line-height"
        | "list-style"
        | "list-style-position"
        | "list-style-type"
        | "max-height"
        | "max-width"
        | "min-height"
        | "min-width"
        | "object-fit"
        | "opacity"
        | "order"
        | "overflow"
        | "overflow-wrap"
        | "overflow-x"
        | "overflow-y"
        | "padding"
        | "padding-block"
        | "padding-bottom"
        | "padding-inline"
        | "padding-inline-end"
        | "padding-inline-start"
        | "padding-left"
        | "padding-right"
        | "padding-top"
        | "page-break-after"
        | "page-break-before"
        | "page-break-inside"
        | "row-gap"
        | "table-layout"
        | "text-align"
        | "text-decoration"
        | "text-decoration-color"
        | "text-decoration-line"
        | "text-decoration-style"
        | "text-indent"
        | "text-overflow"
        | "text-transform"
        | "text-size-adjust"
        | "-webkit-text-size-adjust"
        | "-ms-text-size-adjust"
        | "vertical-align"
        | "visibility"
        | "white-space"
        | "width"
        | "word-break"
        | "word-spacing"
        | "word-wrap" => Takes::Plain,
        _ => return None,
    })
}
