#include "app/workstation/models/model_details.h"

#include "app/workstation/models/model_table.h"
#include "core/base/path_text.h"
#include "widgets/look/tone.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <utility>

namespace mama {
namespace {

QString escaped(const std::string& text) { return QString::fromStdString(text).toHtmlEscaped(); }

QString section(const QString& head, const QString& body)
{
    return QStringLiteral("<p><b>%1</b><br>%2</p>").arg(head, body);
}

// A button that is not as narrow as its words.
void setWords(QPushButton& button, const QString& words)
{
    button.setText(words);
    button.setMinimumSize(button.fontMetrics().size(Qt::TextShowMnemonic, words).width() + 28,
                          button.fontMetrics().height() + 12);
}

QString figuresText(const CatalogueModel& model)
{
    QString rows;
    for (const PublishedFigure& figure : model.figures)
        rows += QStringLiteral("<tr><td>%1</td><td>&nbsp;&nbsp;%2&nbsp;&nbsp;</td><td>%3</td></tr>")
                    .arg(escaped(figure.task), escaped(figure.measure))
                    .arg(figure.value, 0, 'f', 2);
    const QString table = rows.isEmpty() ? QString() : QStringLiteral("<table>%1</table>").arg(rows);
    return QStringLiteral("<p style=\"margin-bottom:2px\"><b>%1</b></p>%2<p style=\"margin-top:2px\">%3</p>")
        .arg(ModelDetails::tr("Published zero-shot figures"), table, escaped(model.figuresSource));
}

QString diskText(const ModelRow& row)
{
    if (row.isHere())
        return ModelDetails::tr("%1 in %2").arg(sizeText(row.item.bytes), escaped(pathText(row.item.folder)));
    QString text;
    const std::uint64_t total = row.total > 0 ? row.total : row.item.total.value_or(0);
    if (total > 0)
        text = ModelDetails::tr("%1 of files.").arg(sizeText(total));
    else if (row.entry->size)
        text =
            ModelDetails::tr("About %1 of files (%2).").arg(sizeText(*row.entry->size), escaped(row.entry->sizeNote));
    else
        text = ModelDetails::tr("The source says how large the files are when they are asked for.");
    text += QLatin1Char(' ') + ModelDetails::tr("While they are imported, up to as much again is needed.");
    if (row.isBegun())
        text += QLatin1Char(' ') + ModelDetails::tr("%1 are here.").arg(sizeText(row.item.bytes));
    return text;
}

QString link(const std::string& address) { return QStringLiteral("<a href=\"%1\">%1</a>").arg(escaped(address)); }

QString bodyText(const ModelRow& row)
{
    if (!row.entry)
        return (row.item.trainedOn.empty() ? QString()
                                           : section(ModelDetails::tr("Trained on"), escaped(row.item.trainedOn))) +
               (row.item.licence.empty() ? QString()
                                         : section(ModelDetails::tr("Licence"), escaped(row.item.licence))) +
               section(ModelDetails::tr("Disk"), diskText(row)) +
               section(ModelDetails::tr("Not for clinical use"),
                       ModelDetails::tr(
                           "A model that is installed here and in no catalogue: ask its maker what it is for."));
    const CatalogueModel& model = *row.entry;
    QString licence = escaped(model.licence) + QStringLiteral(". ") + escaped(model.terms);
    if (model.gated())
        licence +=
            QStringLiteral("<br>") +
            ModelDetails::tr(
                "To be accepted at %1, with an account there; its token is asked for, and neither kept nor logged.")
                .arg(link(model.acceptAt));
    QString files;
    for (const CatalogueFile& file : model.files)
        files += (files.isEmpty() ? QString() : QStringLiteral("<br>")) +
                 (file.repository.empty() ? escaped(file.where)
                                          : escaped(file.repository) + QStringLiteral(": ") + escaped(file.path));
    return QStringLiteral("<p>%1</p>").arg(escaped(model.summary)) +
           section(ModelDetails::tr("Trained on"), escaped(model.trainedOn)) + figuresText(model) +
           section(ModelDetails::tr("Licence and terms"), licence) +
           section(ModelDetails::tr("Not for clinical use"), escaped(model.notFor)) +
           section(ModelDetails::tr("Disk"), diskText(row)) + section(ModelDetails::tr("Files"), files) +
           section(ModelDetails::tr("Page of its makers"), link(model.page));
}

QLabel* wrappedLabel(QWidget* parent)
{
    auto* label = new QLabel(parent);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextBrowserInteraction);
    return label;
}

} // namespace

ModelDetails::ModelDetails(QWidget* parent)
    : QWidget(parent), m_title(new QLabel(this)), m_accept(wrappedLabel(this)), m_failure(wrappedLabel(this)),
      m_text(wrappedLabel(this)), m_progress(new QProgressBar(this)), m_get(new QPushButton(this)),
      m_pause(new QPushButton(tr("&Pause"), this)), m_use(new QPushButton(tr("&Use this model"), this)),
      m_files(new QPushButton(tr("I have the &files…"), this)), m_remove(new QPushButton(this))
{
    m_failure->setTextFormat(Qt::PlainText); // a source's words are no markup
    m_text->setOpenExternalLinks(true);
    m_text->setAlignment(Qt::AlignTop);
    m_text->setObjectName(QStringLiteral("modelText"));
    m_failure->setObjectName(QStringLiteral("modelFailure"));
    auto* buttons = new QHBoxLayout;
    for (const auto& [button, name, signal] : {std::tuple{m_use, "use", &ModelDetails::useAsked},
                                               {m_get, "get", &ModelDetails::getAsked},
                                               {m_pause, "pause", &ModelDetails::pauseAsked},
                                               {m_files, "files", &ModelDetails::filesAsked},
                                               {m_remove, "remove", &ModelDetails::removeAsked}}) {
        button->setObjectName(QStringLiteral("model.") + QLatin1String(name));
        button->setAutoDefault(true);
        setWords(*button, button->text());
        connect(button, &QPushButton::clicked, this, signal);
        buttons->addWidget(button);
    }
    buttons->addStretch(1);
    auto* scroll = new QScrollArea(this);
    auto* inner = new QWidget(scroll);
    auto* text = new QVBoxLayout(inner);
    text->setContentsMargins(0, 0, 8, 0);
    text->addWidget(m_text);
    text->addStretch(1);
    scroll->setWidget(inner);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::StrongFocus);
    scroll->setAccessibleName(tr("What is known of the model"));
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_title);
    column->addLayout(buttons);
    column->addWidget(m_accept);
    column->addWidget(m_progress);
    column->addWidget(m_failure);
    column->addWidget(scroll, 1);
}

void ModelDetails::show(const ModelRow& row)
{
    m_title->setText(QStringLiteral("<h3>%1</h3>").arg(row.title().toHtmlEscaped()));
    const bool fetching =
        (row.work == ModelRow::Work::Fetching || row.work == ModelRow::Work::Retrying) && row.total > 0;
    m_progress->setVisible(row.work != ModelRow::Work::None);
    m_progress->setRange(0, fetching ? 1000 : 0);
    m_progress->setValue(fetching ? static_cast<int>(1000 * row.done / row.total) : 0);
    m_progress->setFormat(progressText(row));
    m_failure->setVisible(!row.failure.isEmpty() && !row.busy());
    m_failure->setText(row.failure);
    m_failure->setStyleSheet(QStringLiteral("color:%1").arg(textColour(Tone::Bad, palette()).name()));
    if (const QString text = bodyText(row); m_text->text() != text) // while a person reads or selects it
        m_text->setText(text);
    showButtons(row);
}

void ModelDetails::showButtons(const ModelRow& row)
{
    const bool free = !row.busy(), wanted = free && !row.isHere() && row.entry;
    const bool again = row.isBegun() || !row.failure.isEmpty();
    const QWidget* last = focusWidget();
    const bool focused = last && last->hasFocus();
    m_use->setVisible(row.isHere() && free);
    m_get->setVisible(wanted && row.entry->served());
    setWords(*m_get, !row.failure.isEmpty() ? tr("&Try again")
                     : row.isBegun()        ? tr("&Resume")
                                            : tr("&Accept the terms and get"));
    m_pause->setVisible(row.work != ModelRow::Work::None && row.work != ModelRow::Work::Removing);
    m_files->setVisible(wanted);
    m_remove->setVisible(free && row.item.removable);
    setWords(*m_remove, row.isHere() ? tr("Re&move…") : tr("Re&move what came"));
    // A bar that only moves has no words, and another program's work has no bar.
    const bool words = row.busy() && (m_progress->isHidden() || m_progress->maximum() == 0 || row.waits());
    m_accept->setVisible((wanted && !again) || words);
    m_accept->setText(
        row.waits()  ? waitText(row)
        : row.busy() ? stateText(row)
        : row.entry && row.entry->served()
            ? tr("Either way you accept the licence and terms below. Nothing is fetched before.")
            : tr("No server gives it to a program: get its files by hand, as Files below says. By taking them here you accept the licence and terms below."));
    // The keyboard stays with the row's buttons, whichever they are now.
    if (focused && !last->isVisibleTo(this))
        if (QPushButton* button = first())
            button->setFocus();
}

QPushButton* ModelDetails::first() const
{
    for (QPushButton* button : {m_use, m_get, m_pause, m_files})
        if (button->isVisibleTo(this))
            return button;
    return nullptr;
}

} // namespace mama
