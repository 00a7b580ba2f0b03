#include "app/workstation/library/models/model_choice.h"

#include "app/workstation/library/models/score_texts.h"
#include "core/base/path_text.h"
#include "widgets/look/shown_text.h"

#include <QActionGroup>
#include <QEvent>
#include <QLocale>
#include <QMenu>
#include <algorithm>

namespace mama {
namespace {

constexpr int mostWidth = 170;

// An ampersand is none of a menu's.
QString plain(QString text) { return text.replace(QLatin1Char('&'), QLatin1String("&&")); }

} // namespace

ModelChoice::ModelChoice(AskedModels& models, QWidget* parent)
    : QToolButton(parent), m_models(models), m_menu(new QMenu(this))
{
    setObjectName(QStringLiteral("library.models"));
    setAccessibleName(tr("Models that are asked"));
    setPopupMode(QToolButton::InstantPopup);
    setFocusPolicy(Qt::TabFocus);
    m_menu->setToolTipsVisible(true);
    setMenu(m_menu);
    connect(m_menu, &QMenu::aboutToShow, this, [this] {
        fill();
        m_models.count();
    });
    connect(&m_models, &AskedModels::changed, this, [this] {
        showButton();
        showModels();
    });
    showButton();
}

void ModelChoice::open()
{
    if (isVisible())
        showMenu();
}

void ModelChoice::fill()
{
    m_menu->clear();
    const auto& asked = m_models.models();
    for (const LibraryModel& model : m_models.offered()) {
        QAction* action = m_menu->addAction(model.name);
        action->setData(model.key);
        action->setCheckable(true);
        action->setChecked(std::any_of(asked.begin(), asked.end(),
                                       [&](const AskedModel& each) { return each.model.key == model.key; }));
        connect(action, &QAction::triggered, this, [this, key = model.key] { turn(key); });
    }
    m_menu->addSeparator();
    QMenu* first = m_menu->addMenu(tr("Shown first"));
    first->setToolTipsVisible(true);
    auto* one = new QActionGroup(first);
    for (const LibraryModel& model : m_models.offered()) {
        if (!model.set)
            continue;
        QAction* action = first->addAction(plain(model.name));
        action->setCheckable(true);
        action->setChecked(!asked.empty() && asked.front().model.key == model.key);
        one->addAction(action);
        connect(action, &QAction::triggered, this, [this, key = model.key] { lead(key); });
    }
    showModels();
}

// Counts come while the menu is open.
void ModelChoice::showModels()
{
    const QLocale locale;
    for (QAction* action : m_menu->actions())
        for (const LibraryModel& model : m_models.offered()) {
            if (action->data().toString() != model.key)
                continue;
            const auto studies = m_models.studiesOf(model);
            action->setText(plain(studies ? tr("%1 (%2 of %3 studies)")
                                                .arg(model.name, locale.toString(qulonglong(*studies)),
                                                     locale.toString(qulonglong(m_models.studies())))
                                          : tr("%1 (counting…)").arg(model.name)));
            const QString said = m_models.trainedOn(model);
            QString tip =
                said.isEmpty() ? tr("It does not say what it was trained on.") : tr("Trained on %1").arg(said);
            if (model.set)
                tip += QLatin1Char('\n') + tr("Profile %1").arg(QString::fromStdString(model.set->profileName));
            action->setToolTip(plainTip(tip + QLatin1Char('\n') + QString::fromStdString(pathText(model.folder))));
        }
}

void ModelChoice::showButton()
{
    const auto& asked = m_models.models();
    QString text = asked.empty() ? tr("Models") : asked.front().model.name;
    const QString more = asked.size() > 1 ? tr(" + %1").arg(asked.size() - 1) : QString();
    text = fontMetrics().elidedText(text, Qt::ElideMiddle, mostWidth - fontMetrics().horizontalAdvance(more)) + more;
    setText(plain(text));
    QStringList names;
    for (const AskedModel& each : asked)
        names << namedWithTraining(m_models, each.model);
    setToolTip(plainTip(names.isEmpty() ? tr("Models that are asked")
                                        : tr("Models that are asked:\n%1").arg(names.join(QLatin1Char('\n')))));
}

// The last one that can answer stays.
void ModelChoice::turn(const QString& key)
{
    QStringList keys = m_models.choice();
    if (!keys.removeOne(key))
        keys << key;
    const auto& offered = m_models.offered();
    const auto canLead = [&](const QString& each) {
        return std::any_of(offered.begin(), offered.end(),
                           [&](const LibraryModel& model) { return model.key == each && model.set; });
    };
    const auto first = std::find_if(keys.begin(), keys.end(), canLead);
    if (first == keys.end())
        return;
    std::rotate(keys.begin(), first, first + 1);
    Q_EMIT chosen(keys);
}

// One that was asked moves to the front, another takes the place of the one there.
void ModelChoice::lead(const QString& key)
{
    QStringList keys = m_models.choice();
    if (!keys.removeOne(key) && !keys.isEmpty())
        keys.removeFirst();
    keys.prepend(key);
    Q_EMIT chosen(keys);
}

void ModelChoice::changeEvent(QEvent* event)
{
    QToolButton::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        showButton();
}

} // namespace mama
