#include "widgets/library/study_details.h"

#include "widgets/library/detail_pictures.h"
#include "widgets/library/facts_text.h"

#include <QEvent>
#include <QScrollBar>
#include <QTextBrowser>
#include <QVBoxLayout>

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
    connect(m_text, &QTextBrowser::anchorClicked, this, [this](const QUrl& link) {
        if (link.scheme() == QLatin1String("study"))
            Q_EMIT studyAsked(link.path().toLongLong());
    });
    clear({});
}

void StudyDetails::show(const StudyFacts& facts, const std::array<TilePicture, 4>& pictures)
{
    const bool same = facts.id == m_study;
    const int place = m_text->verticalScrollBar()->value();
    m_study = facts.id;
    m_facts = facts;
    m_pictures->show(pictures, facts);
    m_pictures->setVisible(true);
    showText();
    if (same)
        m_text->verticalScrollBar()->setValue(place);
}

void StudyDetails::setPictures(const std::array<TilePicture, 4>& pictures)
{
    if (m_study != 0)
        m_pictures->show(pictures, m_facts);
}

void StudyDetails::setScores(std::vector<StudyScore> scores)
{
    if (scores == m_scores)
        return;
    m_scores = std::move(scores);
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
    m_study == 0 ? m_text->setPlainText(m_why) : m_text->setHtml(htmlOf(m_facts, palette(), m_scores));
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
