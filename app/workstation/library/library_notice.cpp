#include "app/workstation/library/library_notice.h"

#include <QLocale>

namespace mama {

LibraryNotice::LibraryNotice(QWidget* parent) : QLabel(parent)
{
    setAlignment(Qt::AlignCenter);
    setTextFormat(Qt::RichText);
    setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    setFocusPolicy(Qt::StrongFocus);
    setWordWrap(true);
    setMargin(24);
    connect(this, &QLabel::linkActivated, this, &LibraryNotice::asked);
}

void LibraryNotice::showStart(const QStringList& recent)
{
    QString text =
        tr("<h2>Library</h2><p>A collection of studies: filter, tag, split by patient, hand over to training.</p>"
           "<p><a href=\"open\">Open a library…</a> &nbsp; or make <a href=\"new\">a new one…</a></p>"
           "<p>To try it without a data set, take <a href=\"phantoms\">40 synthetic studies</a>.</p>");
    if (!recent.isEmpty()) {
        text += tr("<p>Opened before:</p>");
        for (qsizetype i = 0; i < recent.size(); ++i)
            text += QStringLiteral("<p><a href=\"recent:%1\">%2</a></p>").arg(i).arg(recent[i].toHtmlEscaped());
    }
    setText(text + tr("<p>Images stay where they are; a library holds what is known of them.</p>"));
}

void LibraryNotice::showOpening(const QString& folder)
{
    setText(tr("<p>Opening %1…</p>").arg(folder.toHtmlEscaped()));
}

void LibraryNotice::showEmpty(const QString& folder, bool readOnly)
{
    const QString ways =
        readOnly ? tr("<p>It is open for reading only.</p>")
                 : tr("<p><a href=\"import\">Import a data set…</a> (EMBED, RSNA, VinDr and others by their tables, or "
                      "any folder; with a report before anything is written)</p>"
                      "<p>or make <a href=\"phantoms\">40 synthetic studies</a> to try it with.</p>");
    setText(tr("<h3>This library is empty</h3>") + QStringLiteral("<p>%1</p>").arg(folder.toHtmlEscaped()) + ways);
}

void LibraryNotice::showNoHit(const std::vector<Clause>& clauses)
{
    QString text = tr("<h3>No study is left</h3>");
    const QLocale locale;
    for (std::size_t i = 0; i < clauses.size(); ++i)
        text += tr("<p>Without <b>%1</b>: %2. <a href=\"without:%3\">Leave it out</a></p>")
                    .arg(clauses[i].text.toHtmlEscaped(),
                         clauses[i].studies == 1 ? tr("1 study")
                                                 : tr("%1 studies").arg(locale.toString(clauses[i].studies)))
                    .arg(i);
    setText(text + tr("<p><a href=\"all\">Show all studies</a></p>"));
}

void LibraryNotice::showWork(const QString& what) { setText(QStringLiteral("<p>%1</p>").arg(what.toHtmlEscaped())); }

} // namespace mama
