#include "widgets/library/study_details.h"

#include "widgets/library/detail_pictures.h"
#include "widgets/library/facts_text.h"

#include <QEvent>
#include <QScrollBar>
#include <QTextBrowser>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace mama {

StudyDetails::StudyDetails(QWidget* parent)
    : QWidget(parent), m_pictures(new DetailPictures(this)), m_text(new QTextBrowser(this))
{
    m_text->setOpenLinks(false);
    m_text->setTextInteractionFlags(Qt::TextBrowserInteraction | Qt::TextSelectableByKeyboard);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setAccessibleName(tr("What is known of the study"));
    m_text->document()->setDocumentMargin(6);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_pictures);
    column->addWidget(m_text, 1);
    connect(m_pictures, &DetailPictures::opened, this, &StudyDetails::opened);
    connect(m_text, &QTextBrowser::anchorClicked, this, &StudyDetails::follow);
    clear({});
}

void StudyDetails::follow(const QUrl& link)
{
    if (link.scheme() == QLatin1String("study"))
        return Q_EMIT studyAsked(link.path().toLongLong());
    if (link.scheme() == QLatin1String("image"))
        return Q_EMIT opened(link.path().toLongLong());
    if (link.scheme() != QLatin1String("label"))
        return;
    bool isNumber = false;
    const int number = link.path().toInt(&isNumber);
    Q_EMIT labelAsked(m_facts, isNumber ? labelOf(m_facts, number) : nullptr);
}

void StudyDetails::show(const StudyFacts& facts, const std::array<TilePicture, 4>& pictures)
{
    const bool same = facts.id == m_study;
    const int place = m_text->verticalScrollBar()->value();
    m_study = facts.id;
    m_facts = facts;
    if (!same && std::none_of(facts.images.begin(), facts.images.end(),
                              [&](const FactImage& each) { return each.image.id == m_look.image; }))
        m_look.image = 0;
    m_pictures->show(pictures, facts);
    m_pictures->setVisible(true);
    showText();
    if (same)
        m_text->verticalScrollBar()->setValue(place);
    else
        setImage(m_look.image);
}

void StudyDetails::setPictures(const std::array<TilePicture, 4>& pictures)
{
    if (m_study != 0)
        m_pictures->show(pictures, m_facts);
}

void StudyDetails::setScores(std::vector<StudyScore> scores)
{
    if (scores == m_look.scores)
        return;
    m_look.scores = std::move(scores);
    showTextInPlace();
}

void StudyDetails::setEditable(bool on)
{
    if (std::exchange(m_look.editable, on) != on)
        showTextInPlace();
}

void StudyDetails::setImage(std::int64_t image)
{
    if (std::exchange(m_look.image, image) != image)
        showTextInPlace();
    m_pictures->frame(image);
    if (image != 0 && m_study != 0)
        m_text->scrollToAnchor(QStringLiteral("image:%1").arg(image));
}

void StudyDetails::showTextInPlace()
{
    const int place = m_text->verticalScrollBar()->value();
    showText();
    m_text->verticalScrollBar()->setValue(place);
}

void StudyDetails::clear(const QString& why)
{
    m_study = 0;
    m_facts = {};
    m_why = why;
    m_pictures->setVisible(false);
    showText();
}

void StudyDetails::showText()
{
    m_study == 0 ? m_text->setPlainText(m_why) : m_text->setHtml(htmlOf(m_facts, palette(), m_look));
}

// The text keeps more than half of the height.
void StudyDetails::resizeEvent(QResizeEvent*)
{
    m_pictures->setFixedHeight(DetailPictures::heightFor(width(), height() * 9 / 20));
}

void StudyDetails::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) // its colours are in the text
        showText();
}

} // namespace mama
