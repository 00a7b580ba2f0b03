#include "app/workstation/train/run_scatter.h"

#include "app/workstation/look/settings_keys.h"
#include "app/workstation/runs/run_path.h"
#include "app/workstation/train/run_list.h"
#include "app/workstation/train/run_model.h"
#include "widgets/charts/scatter_plot.h"

#include <QComboBox>
#include <QLabel>
#include <algorithm>
#include <cmath>

namespace mama {
namespace {

void setKeys(QComboBox& box, const QStringList& keys, const QString& wanted)
{
    QStringList shown;
    for (int i = 0; i < box.count(); ++i)
        shown << box.itemText(i);
    if (shown != keys) {
        box.clear();
        box.addItems(keys);
    }
    box.setCurrentIndex(std::max(0, static_cast<int>(keys.indexOf(wanted))));
}

QComboBox* combo(const QString& name, QWidget* parent)
{
    auto* box = new QComboBox(parent);
    box->setAccessibleName(name);
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    box->setMinimumContentsLength(18);
    return box;
}

} // namespace

RunScatter::RunScatter(RunList& list, QSettings& settings, QWidget* parent)
    : QWidget(parent), m_list(list), m_settings(settings), m_plot(new ScatterPlot(this))
{
    m_y = combo(tr("Vertical axis: a figure"), this);
    m_y->setObjectName(QStringLiteral("scatterY"));
    m_x = combo(tr("Horizontal axis: a setting"), this);
    m_x->setObjectName(QStringLiteral("scatterX"));
    m_count = new QLabel(this);
    m_readOut = new QLabel(this);
    m_readOut->setObjectName(QStringLiteral("scatterReadOut"));
    m_readOut->setTextFormat(Qt::PlainText);
    m_readOut->setMinimumWidth(1);
    const QStringList kept = m_settings.value(settings_keys::runScatter).toStringList();
    m_wantedX = kept.value(0);
    m_wantedY = kept.value(1);
    auto* top = new QHBoxLayout;
    top->addWidget(m_y);
    top->addWidget(new QLabel(tr("against"), this));
    top->addWidget(m_x);
    top->addStretch(1);
    top->addWidget(m_count);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(top);
    column->addWidget(m_plot, 1);
    setTabOrder(m_y, m_x);
    setTabOrder(m_x, m_plot);
    column->addWidget(m_readOut);
    const auto chosen = [this] {
        m_wantedX = m_x->currentText();
        m_wantedY = m_y->currentText();
        m_settings.setValue(settings_keys::runScatter, QStringList{m_wantedX, m_wantedY});
        draw();
    };
    connect(m_x, &QComboBox::activated, this, chosen);
    connect(m_y, &QComboBox::activated, this, chosen);
    connect(m_plot, &ScatterPlot::picked, &m_list, &RunList::choose);
    connect(m_plot, &ScatterPlot::readOut, m_readOut, &QLabel::setText);
    connect(&m_list, &RunList::changed, this, &RunScatter::draw);
    connect(&m_list.model(), &RunModel::entriesChanged, this, &RunScatter::showKeys);
}

void RunScatter::setNumbers(const QMap<QString, int>& numbers)
{
    if (numbers == m_numbers)
        return;
    m_numbers = numbers;
    draw();
}

void RunScatter::setAxes(const QString& x, const QString& y)
{
    m_wantedX = x;
    m_wantedY = y;
    showKeys();
}

void RunScatter::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    showKeys();
}

// Settings in which the runs differ come first, and the first of numbers is shown; of the figures the best one, if the
// runs have any.
void RunScatter::showKeys()
{
    if (!isVisible())
        return;
    const std::vector<const RunEntry*> runs = m_list.model().all();
    const RunKeys keys = keysOf(runs);
    const QStringList further{QStringLiteral("step"), QStringLiteral("elapsed"), QStringLiteral("started")};
    const auto isNumber = [&runs](const QString& key) {
        return std::any_of(runs.begin(), runs.end(), [&key](const RunEntry* run) {
            return std::holds_alternative<double>(run->value(key.toStdString()));
        });
    };
    QString x = m_wantedX, y = m_wantedY;
    for (const QString& key : keys.differing)
        if (x.isEmpty() && isNumber(key))
            x = key;
    const QString best = QStringLiteral("best");
    if (y.isEmpty())
        y = isNumber(best) ? best : QStringLiteral("loss");
    setKeys(*m_x, keys.differing + further + keys.same, x);
    setKeys(*m_y, (isNumber(best) ? QStringList{best} : QStringList()) + keys.figures + further, y);
    draw();
}

void RunScatter::draw()
{
    if (!isVisible())
        return;
    const QString x = m_x->currentText(), y = m_y->currentText();
    const auto runs = m_list.model().shown();
    std::vector<ScatterPlot::Point> points;
    for (const auto& run : runs) {
        const RunValue across = run->value(x.toStdString()), up = run->value(y.toStdString());
        const auto* figure = std::get_if<double>(&up);
        if (!figure || !std::isfinite(*figure) || std::holds_alternative<std::monostate>(across))
            continue;
        const QString folder = folderText(run->folder());
        ScatterPlot::Point point{folder,  m_list.model().titleOf(folder), {},
                                 *figure, m_numbers.value(folder, -1),    folder == m_list.chosen()};
        if (const auto* number = std::get_if<double>(&across))
            point.x.number = *number;
        else
            point.x.word = std::get<std::string>(across).empty()
                               ? tr("none")
                               : QString::fromStdString(std::get<std::string>(across));
        points.push_back(std::move(point));
    }
    const int left = static_cast<int>(runs.size() - points.size());
    m_count->setText(left == 0
                         ? tr("%n run(s)", nullptr, static_cast<int>(points.size()))
                         : tr("%1 of %n run(s); the others lack one of both", nullptr, static_cast<int>(runs.size()))
                               .arg(points.size()));
    m_plot->setEmptyText(runs.empty() ? tr("No run is listed: see the filter on the left.")
                                      : tr("No run has both %1 and %2.").arg(x, y));
    m_plot->setPoints(x, y, std::move(points));
}

} // namespace mama
