#include "widgets/library/facts_text.h"

#include "widgets/look/shown_text.h"
#include "widgets/look/tone.h"

#include <QCoreApplication>
#include <QStringList>
#include <cmath>

namespace mama {
namespace {

QString escaped(const std::string& text) { return QString::fromStdString(text).toHtmlEscaped(); }

class Writer
{
    Q_DECLARE_TR_FUNCTIONS(mama::FactsText)
public:
    Writer(const StudyFacts& facts, const QPalette& palette, const FactsLook& look)
        : m_facts(facts), m_look(look), m_dim(palette.color(QPalette::PlaceholderText).name()),
          m_bad(textColour(Tone::Bad, palette).name()), m_link(palette.color(QPalette::Link).name()),
          m_text(palette.color(QPalette::Text).name())
    {}

    QString write()
    {
        m_html += QStringLiteral("<p style='margin:0'><b>%1</b></p>").arg(escaped(m_facts.key));
        writeScores();
        writeStudy();
        writeTags();
        writeLabels();
        writeFindings();
        writeImages();
        return m_html;
    }

private:
    QString dim(const QString& text) const
    {
        return QStringLiteral("<span style='color:%1'>%2</span>").arg(m_dim, text);
    }
    QString small(const QString& text) const
    {
        return QStringLiteral("<small style='color:%1; font-weight:normal'>%2</small>").arg(m_dim, text);
    }
    void heading(const QString& text) { m_html += QStringLiteral("<h4 style='margin:10px 0 2px 0'>%1</h4>").arg(text); }
    void begin() { m_html += QStringLiteral("<table width='100%' cellspacing='0' cellpadding='1'>"); }
    void end() { m_html += QStringLiteral("</table>"); }
    // what: its name; value: already HTML
    void row(const QString& what, const QString& value, const QString& from = {})
    {
        if (value.isEmpty())
            return;
        m_html +=
            QStringLiteral("<tr><td width='34%'>%1</td><td>%2%3</td></tr>")
                .arg(dim(what.toHtmlEscaped()), value, from.isEmpty() ? QString() : QLatin1Char(' ') + small(from));
    }

    static QString link(const QString& to, const QString& text, const QString& colour)
    {
        return QStringLiteral("<a style='color:%1; text-decoration:none' href='%2'>%3</a>").arg(colour, to, text);
    }

    // Of each model that is asked: its score, and the view with the highest.
    void writeScores()
    {
        if (m_look.scores.empty())
            return;
        heading(tr("Similarity to what is asked"));
        begin();
        for (const StudyScore& each : m_look.scores) {
            QString value = each.score.isEmpty() ? QStringLiteral("–") : each.score;
            for (const FactImage& image : m_facts.images)
                if (image.image.id == each.best)
                    value += QStringLiteral(" · ") + nameOf(image);
            row(each.model, value, each.score.isEmpty() ? each.why.toHtmlEscaped() : each.rank);
        }
        end();
    }

    void writeStudy()
    {
        begin();
        row(tr("Patient"), escaped(m_facts.patient));
        row(tr("Date"), escaped(m_facts.date));
        row(tr("Kind"), escaped(m_facts.kind));
        row(tr("Age"), escaped(m_facts.age));
        row(tr("Description"), escaped(m_facts.description));
        row(tr("Split of the set"), escaped(m_facts.split));
        row(tr("Data set"), escaped(m_facts.dataset));
        row(tr("Licence"), escaped(m_facts.licence));
        row(tr("Passing on"), m_facts.restricted ? tr("not allowed") : QString());
        row(tr("Study UID"), escaped(m_facts.uid));
        row(tr("First row"), escaped(m_facts.row));
        QStringList others;
        for (const OtherStudy& each : m_facts.others)
            others += QStringLiteral("<a style='color:%1' href='study:%2'>%3</a>")
                          .arg(m_link)
                          .arg(each.id)
                          .arg(escaped(each.date.empty() ? each.key : each.date + " · " + each.key));
        row(tr("Other studies"), others.join(QStringLiteral("<br>")));
        end();
    }

    void writeTags()
    {
        if (m_facts.tags.empty() && m_facts.cohorts.empty())
            return;
        heading(tr("Tags and cohorts"));
        begin();
        QStringList tags;
        for (const std::string& each : m_facts.tags)
            tags += escaped(each);
        row(tr("Tags"), tags.join(QStringLiteral(", ")));
        for (const StudyCohort& each : m_facts.cohorts)
            row(tr("Cohort"), escaped(each.name), escaped(each.part));
        end();
    }

    // Where a label comes from: its row, or who gave it and when; the row is left out where its heading says it.
    QString origin(const FactLabel& label, const std::string& headingsRow) const
    {
        if (label.source == "imported")
            return label.row == headingsRow ? QString() : escaped(label.row);
        QString text = label.source == "model" ? tr("suggested by %1").arg(escaped(label.author))
                                               : tr("by %1").arg(escaped(label.author));
        if (label.source == "adjudicated")
            text = tr("decided %1").arg(text);
        return text + QStringLiteral(", ") + escaped(label.at.substr(0, 10));
    }

    void writeLabels(const std::vector<FactLabel>& labels, const std::string& headingsRow)
    {
        for (const FactLabel& each : labels) {
            QString what = QString::fromStdString(each.task);
            if (!each.side.empty())
                what = QString::fromStdString(each.side) + QLatin1Char(' ') + what;
            const QString value = escaped(each.value);
            const bool suggestion = each.source == "model";
            const QString shown = each.counts  ? value
                                  : suggestion ? QStringLiteral("<i>%1</i>").arg(value)
                                               : QStringLiteral("<s>%1</s>").arg(value);
            row(what, m_look.editable ? link(QStringLiteral("label:%1").arg(m_label), shown, m_link) : shown,
                origin(each, headingsRow));
            ++m_label;
        }
    }

    void writeLabels()
    {
        if (m_facts.labels.empty() && !m_look.editable)
            return;
        heading(tr("Study and breasts") +
                (m_look.editable ? QLatin1Char(' ') + small(link(QStringLiteral("label:new"), tr("Label…"), m_link))
                                 : QString()));
        begin();
        writeLabels(m_facts.labels, {});
        end();
    }

    void writeFindings()
    {
        for (const FactFinding& each : m_facts.findings) {
            QStringList parts{tr("Finding %1").arg(each.number)};
            if (!each.side.empty())
                parts += escaped(each.side == "B" ? tr("both breasts").toStdString() : each.side);
            if (!each.kinds.empty())
                parts += escaped(each.kinds)
                             .replace(QLatin1Char(','), QStringLiteral(", "))
                             .replace(QLatin1Char('_'), QLatin1Char(' '));
            heading(parts.join(QStringLiteral(" · ")) + QLatin1Char(' ') + small(escaped(each.row)));
            begin();
            writeLabels(each.labels, each.row);
            end();
        }
    }

    QString nameOf(const FactImage& image) const
    {
        QStringList parts{QString::fromLatin1(name(image.image.side)), QString::fromStdString(image.image.view)};
        parts.removeAll(QString());
        QString text = parts.join(QLatin1Char(' '));
        if (text.isEmpty())
            text = tr("side and view not known");
        if (!image.image.modifiers.empty())
            text += QStringLiteral(" (%1)").arg(QString::fromStdString(image.image.modifiers));
        return text.toHtmlEscaped();
    }

    void writeImages()
    {
        for (const FactImage& each : m_facts.images) {
            QString title = link(QStringLiteral("image:%1").arg(each.image.id), nameOf(each), m_text);
            if (each.image.id == m_look.image)
                title = QStringLiteral("▸ ") + title;
            title = QStringLiteral("<a name='image:%1'></a>").arg(each.image.id) + title;
            if (each.image.slot == Slot::Extra)
                title += QLatin1Char(' ') + small(tr("not among the four"));
            heading(title);
            begin();
            if (each.rows > 0 && each.columns > 0)
                row(tr("Size"), tr("%1 × %2 pixels").arg(each.columns).arg(each.rows) +
                                    (each.bits > 0 ? tr(", %1 bits").arg(each.bits) : QString()));
            if (each.mmRow > 0)
                row(tr("Pixel"), spacing(each));
            row(tr("Made by"), (escaped(each.vendor) + QLatin1Char(' ') + escaped(each.model)).trimmed());
            row(tr("Type"), escaped(each.image.type));
            row(tr("Taken"), escaped(each.image.taken).trimmed());
            writeLabels(each.labels, each.row);
            for (const FactAnnotation& mark : each.annotations)
                row(tr("Marked"), escaped(mark.kind), escaped(mark.note));
            row(tr("Row"), escaped(each.row));
            row(tr("File"), file(each));
            end();
        }
    }

    static QString spacing(const FactImage& image)
    {
        const QString rows = shownNumber(image.mmRow, 4), columns = shownNumber(image.mmColumn, 4);
        return rows == columns ? tr("%1 mm").arg(rows) : tr("%1 × %2 mm").arg(rows, columns);
    }

    QString file(const FactImage& image) const
    {
        const QString path = escaped(image.path.string());
        if (image.image.state == "none")
            return tr("none: the data set does not publish it");
        if (image.missing)
            return QStringLiteral("<span style='color:%1'>%2</span><br>%3").arg(m_bad, tr("missing"), path);
        if (image.image.state == "refused")
            return QStringLiteral("<span style='color:%1'>%2</span> %3<br>%4")
                .arg(m_bad, tr("not readable:"), escaped(image.image.fault), path);
        return path;
    }

    const StudyFacts& m_facts;
    const FactsLook& m_look;
    QString m_html, m_dim, m_bad, m_link, m_text;
    int m_label = 0; // of labelOf()
};

} // namespace

QString htmlOf(const StudyFacts& facts, const QPalette& palette, const FactsLook& look)
{
    return Writer(facts, palette, look).write();
}

const FactLabel* labelOf(const StudyFacts& facts, int number)
{
    const auto find = [&number](const std::vector<FactLabel>& labels) -> const FactLabel* {
        const int count = static_cast<int>(labels.size());
        if (number >= 0 && number < count)
            return &labels[static_cast<std::size_t>(number)];
        number -= count;
        return nullptr;
    };
    if (const FactLabel* found = find(facts.labels))
        return found;
    for (const FactFinding& each : facts.findings)
        if (const FactLabel* found = find(each.labels))
            return found;
    for (const FactImage& each : facts.images)
        if (const FactLabel* found = find(each.labels))
            return found;
    return nullptr;
}

} // namespace mama
