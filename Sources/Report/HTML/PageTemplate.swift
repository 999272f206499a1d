internal import Mustache

/// The HTML of the page, one template for each element. Every value is escaped before it comes here, hence the triple braces.
enum PageTemplate: String, CaseIterable {
  case page, part, heading, paragraph, list, listing, facts, contents, table, records, bars, spread, plot, heatMap,
    folded, figures

  /// The template filled with `values`, which are HTML.
  func fill(_ values: [String: Any]) -> String { Self.parsed[rawValue]?.render(values) ?? "" }

  private static let parsed: [String: MustacheTemplate] = {
    var parsed: [String: MustacheTemplate] = [:]
    for template in allCases {
      do {
        parsed[template.rawValue] = try MustacheTemplate(string: template.source)
      } catch {
        preconditionFailure("template \(template): \(error)")
      }
    }
    return parsed
  }()

  private var source: String {
    switch self {
    case .page:
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
      <link rel="icon" href="data:,">
      <title>{{{title}}}</title>
      <style>
      {{{style}}}
      </style>
      </head>
      <body>
      <a class="skip" href="#content">To the content</a>
      <nav aria-label="Sections"><ul>{{#contents}}<li><a href="#{{{anchor}}}">{{{title}}}</a>{{{inner}}}</li>{{/contents}}</ul></nav>
      <main id="content">
      <header><h1>{{{title}}}</h1><p>{{{subtitle}}}</p></header>
      {{{parts}}}</main>
      <script>
      {{{script}}}
      </script>
      </body>
      </html>

      """
    case .part:
      """
      <section id="{{{anchor}}}" aria-labelledby="{{{anchor}}}-title">
      <h2 id="{{{anchor}}}-title">{{{title}}}</h2>
      {{{blocks}}}</section>

      """
    case .heading: #"<h{{{level}}} id="{{{anchor}}}">{{{title}}}</h{{{level}}}>"#
    case .paragraph: "<p>{{{text}}}</p>"
    case .list: "<ul class=\"notes\">{{#items}}<li>{{{.}}}</li>{{/items}}</ul>"
    case .listing: #"<pre tabindex="0"><code>{{{text}}}</code></pre>"#
    case .facts: "<dl>{{#facts}}<dt>{{{name}}}</dt><dd>{{{value}}}</dd>\n{{/facts}}</dl>"
    case .contents: #"<p class="contents">{{{links}}}</p>"#
    case .table:
      """
      <div class="wide{{#paged}} paged{{/paged}}" role="region" aria-label="{{{label}}}" tabindex="0"><table class="{{{numeric}}}">
      <thead><tr>{{#head}}<th scope="col">{{{.}}}</th>{{/head}}</tr></thead>
      <tbody>
      {{#rows}}<tr{{#best}} class="best"{{/best}}>{{#cells}}<td{{{kind}}}>{{{text}}}</td>{{/cells}}</tr>
      {{/rows}}</tbody></table></div>
      """
    case .records:
      """
      <div class="records"><p class="caption">{{{caption}}} <a href="{{{file}}}">{{{file}}}</a> holds the same rows.</p>
      <script type="application/json">{{{data}}}</script></div>
      """
    case .bars:
      """
      <figure class="bars" style="{{{grid}}}"><table>
      <caption>{{{caption}}}</caption>
      {{#groups}}<tbody{{#roof}} style="--at:{{{.}}}"{{/roof}}><tr class="group"><th scope="rowgroup">{{{title}}}</th><td>{{{roofs}}}</td>{{#columns}}<td>{{{.}}}</td>{{/columns}}</tr>
      {{#rows}}<tr{{#best}} class="best"{{/best}}><th>{{{label}}}</th><td>{{{marks}}}</td>{{#notes}}<td>{{{.}}}</td>{{/notes}}</tr>
      {{/rows}}</tbody>
      {{/groups}}<tfoot aria-hidden="true"><tr><th>{{{unit}}}</th><td>{{{axis}}}</td>{{#columns}}<td></td>{{/columns}}</tr></tfoot>
      </table>{{#failed}}<ul class="absent">{{#items}}<li><code>{{{label}}}</code> <b>{{{status}}}</b>: {{{reason}}}</li>
      {{/items}}</ul>{{/failed}}</figure>
      """
    case .spread:
      """
      <figure class="bars spread" style="{{{grid}}}"><table>
      <caption>{{{caption}}}</caption>
      <tbody><tr class="group"><th></th><td></td>{{#columns}}<td>{{{.}}}</td>{{/columns}}</tr>
      {{#rows}}<tr><th>{{{label}}}</th><td>{{{marks}}}</td>{{#notes}}<td>{{{.}}}</td>{{/notes}}</tr>
      {{/rows}}</tbody>
      <tfoot aria-hidden="true"><tr><th></th><td>{{{axis}}}</td>{{#columns}}<td></td>{{/columns}}</tr></tfoot>
      </table></figure>
      """
    case .plot:
      """
      <figure class="plot{{#small}} small{{/small}}">{{#far}}<div class="far">{{{.}}}</div>{{/far}}<div class="near">{{{near}}}</div>\
      <figcaption>{{{caption}}}</figcaption></figure>
      """
    case .heatMap:
      """
      <figure class="map"><div class="wide" role="region" aria-label="{{{caption}}}" tabindex="0"><table>
      <thead><tr><th scope="col">{{{corner}}}</th>{{#columns}}<th scope="col" class="n">{{{.}}}</th>{{/columns}}</tr></thead>
      <tbody>
      {{#rows}}<tr><th scope="row"><code>{{{label}}}</code></th>{{#cells}}<td{{{tint}}}>{{{text}}}</td>{{/cells}}</tr>
      {{/rows}}</tbody></table></div><figcaption>{{{caption}}}</figcaption></figure>
      """
    case .folded: "<details{{{id}}}><summary>{{{title}}}</summary>\n{{{blocks}}}</details>"
    case .figures:
      #"<div class="figures">{{#figures}}<div><b>{{{value}}}</b><span>{{{name}}}</span></div>{{/figures}}</div>"#
    }
  }
}
