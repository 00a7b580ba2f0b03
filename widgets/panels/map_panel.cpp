#include "widgets/panels/map_panel.h"

#include "widgets/look/shown_text.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QStyle>
#include <algorithm>
#include <initializer_list>

namespace mama {
namespace {

QDoubleSpinBox* similaritySpin(QWidget* parent, const QString& name)
{
    auto* spin = new QDoubleSpinBox(parent);
    spin->setRange(-2, 2); // of a difference of two
    spin->setSingleStep(0.05);
    spin->setDecimals(3);
    spin->setKeyboardTracking(false);
    spin->setAccessibleName(name);
    return spin;
}

// As wide as there is room, not as its longest sentence.
QComboBox* choice(QWidget* parent, const QString& name)
{
    auto* box = new QComboBox(parent);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(8);
    box->setAccessibleName(name);
    return box;
}

struct Choice
{
    QString text;
    QVariant data;
    QString tip;
};

// Results come while a list is open under the mouse: what is the same stays as it is.
void offer(QComboBox* box, const QList<Choice>& choices)
{
    bool same = box->count() == choices.size();
    for (int i = 0; same && i < box->count(); ++i)
        same = box->itemText(i) == choices[i].text && box->itemData(i) == choices[i].data;
    if (same)
        return;
    box->clear();
    for (const Choice& choice : choices) {
        box->addItem(choice.text, choice.data);
        box->setItemData(box->count() - 1, plainTip(choice.tip), Qt::ToolTipRole);
    }
}

// A label that gives its control the focus by Alt and a letter.
QLabel* labelFor(const QString& text, QWidget* control)
{
    auto* label = new QLabel(text, control->parentWidget());
    label->setBuddy(control);
    return label;
}

} // namespace

MapPanel::MapPanel(QWidget* parent) : QWidget(parent)
{
    m_visible = new QCheckBox(tr("Show &maps"), this);
    m_visible->setToolTip(
        tr("Alignment map: patch similarity, the cosine of each patch's embedding with the sentence's, −1 to 1"));
    m_opacity = new QSlider(Qt::Horizontal, this);
    m_opacity->setRange(0, 100);
    m_opacity->setAccessibleName(tr("Opacity of the maps"));
    m_byValue = new QCheckBox(tr("Opacity &by value"), this);
    m_byValue->setToolTip(
        tr("Low similarities are drawn more transparent, so that tissue stays readable; the legend says so"));
    m_threshold = similaritySpin(this, tr("Threshold"));
    m_threshold->setToolTip(tr("Patches below this similarity are not drawn"));
    m_threshold->setSpecialValueText(tr("none"));
    m_outline = new QCheckBox(tr("O&utlines"), this);
    m_outline->setToolTip(tr("Lines at the threshold, the middle and the upper end of the scale instead of a tint"));
    m_sentence = choice(this, tr("Sentence of the map"));
    m_less = choice(this, tr("What is taken off the map"));
    m_less->setToolTip(tr("A null or another sentence: what is left is particular to this sentence and picture"));
    m_way = choice(this, tr("Way of the map"));
    m_beside = choice(this, tr("Second map"));
    m_beside->setToolTip(tr("Each picture a second time on the right, with the same sentence's map in another way"));
    m_note = new QLabel(this);
    m_note->setObjectName(QStringLiteral("wayNote"));
    m_note->setWordWrap(true);
    m_low = similaritySpin(this, tr("Lower end of the colour scale"));
    m_high = similaritySpin(this, tr("Upper end of the colour scale"));
    m_map = new QComboBox(this);
    m_map->addItem(tr("Even (blue to yellow)"), static_cast<int>(viewer::ColourMap::Even));
    m_map->addItem(tr("Heat (red to yellow)"), static_cast<int>(viewer::ColourMap::Heat));
    m_map->addItem(tr("Diverging (blue, grey, red)"), static_cast<int>(viewer::ColourMap::Diverging));
    m_cells = new QCheckBox(tr("Raw grid, &cells"), this);
    m_isolines = new QCheckBox(tr("&Isolines every 0.25"), this);
    m_air = new QCheckBox(tr("Hide &air"), this);
    m_unseen = new QCheckBox(tr("Mark what was not &seen"), this);
    m_unseen->setToolTip(tr("Breast that the model did not see is hatched; a thin line shows its crop"));
    m_reference = new QPushButton(tr("&Reference"), this);
    m_reference->setToolTip(tr("The 50th and 99th percentile of this sentence over patches of the model's reference "
                               "set, the same for every study; −1 to 1 where the model has none"));
    m_full = new QPushButton(tr("−1 … 1"), this);
    m_full->setToolTip(tr("The full scale of a similarity, the same for every query"));
    m_range = new QPushButton(tr("This stud&y"), this);
    m_range->setToolTip(tr("Lowest to highest patch similarity inside the breasts on screen: it makes any study light "
                           "up, says so on the pictures and ends with the study"));
    for (QPushButton* button : {m_reference, m_full, m_range})
        button->setCheckable(true);
    layOut();
    show(m_style);
    connectControls();
}

void MapPanel::layOut()
{
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    int row = 0;
    grid->addWidget(m_visible, row, 0, 1, 2);
    grid->addWidget(m_byValue, row, 2, 1, 2);
    m_sentenceLabel = labelFor(tr("Se&ntence"), m_sentence);
    m_wayLabel = labelFor(tr("&Way"), m_way);
    m_besideLabel = labelFor(tr("Beside"), m_beside);
    const std::pair<QLabel*, QComboBox*> choices[]{{m_sentenceLabel, m_sentence},
                                                   {labelFor(tr("Less"), m_less), m_less},
                                                   {m_wayLabel, m_way},
                                                   {m_besideLabel, m_beside}};
    for (const auto& [label, box] : choices) {
        grid->addWidget(label, ++row, 0);
        grid->addWidget(box, row, 1, 1, 3);
    }
    grid->addWidget(m_note, ++row, 1, 1, 3);
    grid->addWidget(labelFor(tr("&Opacity"), m_opacity), ++row, 0);
    grid->addWidget(m_opacity, row, 1, 1, 3);
    grid->addWidget(labelFor(tr("&Threshold"), m_threshold), ++row, 0);
    grid->addWidget(m_threshold, row, 1);
    grid->addWidget(m_outline, row, 2, 1, 2);
    grid->addWidget(labelFor(tr("Co&lours"), m_map), ++row, 0);
    grid->addWidget(m_map, row, 1, 1, 3);
    grid->addWidget(labelFor(tr("Scal&e"), m_low), ++row, 0);
    grid->addWidget(m_low, row, 1);
    grid->addWidget(labelFor(tr("to"), m_high), row, 2, Qt::AlignCenter);
    grid->addWidget(m_high, row, 3);
    auto* bases = new QHBoxLayout;
    for (QPushButton* button : {m_reference, m_full, m_range})
        bases->addWidget(button);
    grid->addLayout(bases, ++row, 0, 1, 4);
    grid->addWidget(m_cells, ++row, 0, 1, 2);
    grid->addWidget(m_isolines, row, 2, 1, 2);
    grid->addWidget(m_air, ++row, 0, 1, 2);
    grid->addWidget(m_unseen, row, 2, 1, 2);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    setSentences({}, 0);
    setWays({});
    setLess({}, {}, {}, false);
}

void MapPanel::connectControls()
{
    for (QCheckBox* box : {m_visible, m_cells, m_isolines, m_outline, m_air, m_unseen, m_byValue})
        connect(box, &QCheckBox::toggled, this, &MapPanel::read);
    connect(m_sentence, &QComboBox::activated, this, &MapPanel::sentenceChosen);
    connect(m_way, &QComboBox::activated, this, [this] { Q_EMIT wayChosen(m_way->currentData().toString()); });
    connect(m_beside, &QComboBox::activated, this, [this](int index) {
        Q_EMIT besideChosen(index > 0 ? std::optional(m_beside->currentData().toString()) : std::nullopt);
    });
    connect(m_less, &QComboBox::activated, this, [this] {
        const QStringList chosen = m_less->currentData().toStringList();
        Q_EMIT lessChosen(chosen.value(0), chosen.value(1));
    });
    connect(m_threshold, &QDoubleSpinBox::valueChanged, this, &MapPanel::read);
    for (QDoubleSpinBox* spin : {m_low, m_high})
        connect(spin, &QDoubleSpinBox::valueChanged, this, &MapPanel::readRange);
    connect(m_opacity, &QSlider::valueChanged, this, &MapPanel::read);
    connect(m_map, &QComboBox::currentIndexChanged, this, &MapPanel::read);
    connect(m_reference, &QPushButton::clicked, this, [this] { choose(viewer::RangeBasis::Reference); });
    connect(m_full, &QPushButton::clicked, this, [this] { choose(viewer::RangeBasis::Full); });
    connect(m_range, &QPushButton::clicked, this, [this] {
        show(m_style);
        Q_EMIT studyRangeAsked();
    });
}

// The reference's own ends come with the sentence.
void MapPanel::choose(viewer::RangeBasis basis)
{
    m_style.basis = basis;
    m_style.low = -1;
    m_style.high = 1;
    show(m_style);
    Q_EMIT styleChanged(m_style);
}

void MapPanel::readRange()
{
    if (m_showing)
        return;
    m_style.basis = viewer::RangeBasis::Own;
    read();
    show(m_style);
}

void MapPanel::setMapsThere(bool there)
{
    for (QWidget* each :
         std::initializer_list<QWidget*>{m_visible, m_opacity, m_byValue, m_threshold, m_low, m_high, m_map, m_cells,
                                         m_outline, m_air, m_unseen, m_reference, m_full, m_range})
        each->setEnabled(there);
    m_there = there;
    m_isolines->setEnabled(there && !m_style.outline && !m_style.cells);
}

void MapPanel::setChoicesThere(bool there)
{
    for (QComboBox* each : {m_less, m_way, m_beside, m_sentence})
        each->setEnabled(there);
}

QString MapPanel::shownWay() const
{
    return m_ways.current.isEmpty() && !m_ways.all.isEmpty() ? m_ways.all.front().first : m_ways.current;
}

void MapPanel::setWays(const Ways& ways)
{
    m_ways = ways;
    QList<Choice> all, others{{tr("nothing"), {}, tr("One map of each picture")}};
    for (const auto& [way, meaning] : ways.all) {
        all.append({tr("%1: %2").arg(way, meaning), way, meaning});
        if (way != shownWay())
            others.append(all.back());
    }
    offer(m_way, all);
    offer(m_beside, others);
    m_way->setCurrentIndex(std::max(0, m_way->findData(ways.current)));
    const auto named = [&](const QString& way) { // empty: the first, which is the model's own
        return way.isEmpty() && !ways.all.isEmpty() ? ways.all.front().first : way;
    };
    m_beside->setCurrentIndex(ways.beside ? std::max(0, m_beside->findData(named(*ways.beside))) : 0);
    m_way->setToolTip(plainTip(
        tr("How the map is computed; of these ways none was trained for localisation but a MaMA model's standard")));
    m_note->setText(ways.note);
    for (QWidget* each : std::initializer_list<QWidget*>{m_way, m_wayLabel, m_beside, m_besideLabel})
        each->setVisible(ways.all.size() > 1);
    m_note->setVisible(ways.all.size() > 1 && !ways.note.isEmpty());
}

void MapPanel::setSentences(const QStringList& sentences, int current)
{
    QList<Choice> all;
    for (const QString& sentence : sentences)
        all.append({sentence, {}, sentence});
    offer(m_sentence, all);
    m_sentence->setCurrentIndex(current);
    for (QWidget* each : std::initializer_list<QWidget*>{m_sentence, m_sentenceLabel})
        each->setVisible(sentences.size() > 1);
}

void MapPanel::setLess(const QString& what, const QString& sentence, const QStringList& others, bool meanMaps)
{
    const auto takes = [](const char* kind, const QString& which = {}) {
        return QStringList{QLatin1String(kind), which};
    };
    QList<Choice> choices{{tr("nothing"), takes("none"), tr("The map as it is")}};
    if (meanMaps)
        choices.append({tr("the reference's mean map"), takes("reference"),
                        tr("What this sentence gives on average at that place of the breasts of the model's reference "
                           "studies")});
    choices.append({tr("neutral sentences"), takes("neutral"),
                    tr("What sentences that say nothing of a breast give on average at that place of this picture")});
    QStringList all = others;
    if (what == QLatin1String("sentence") && !sentence.isEmpty() && !all.contains(sentence))
        all << sentence;
    for (const QString& other : all)
        choices.append(
            {tr("“%1”").arg(other), takes("sentence", other), tr("The map of another sentence: %1").arg(other)});
    for (const auto& [way, meaning] : m_ways.all)
        if (way != shownWay())
            choices.append({tr("the same map as %1").arg(way), takes("way", way), meaning});
    offer(m_less, choices);
    m_less->setCurrentIndex(std::max(0, m_less->findData(QStringList{what, sentence})));
}

void MapPanel::setStyle(const viewer::OverlayStyle& style)
{
    m_style = style;
    show(style);
}

void MapPanel::show(const viewer::OverlayStyle& style)
{
    m_showing = true;
    m_visible->setChecked(style.visible);
    m_opacity->setValue(static_cast<int>(style.opacity * 100 + 0.5));
    m_byValue->setChecked(style.opacityByValue);
    m_threshold->setValue(style.threshold);
    m_low->setValue(style.low);
    m_high->setValue(style.high);
    m_reference->setChecked(style.basis == viewer::RangeBasis::Reference);
    m_full->setChecked(style.basis == viewer::RangeBasis::Full);
    m_range->setChecked(style.basis == viewer::RangeBasis::Study);
    m_map->setCurrentIndex(m_map->findData(static_cast<int>(style.map)));
    m_cells->setChecked(style.cells);
    m_isolines->setChecked(style.isolines);
    m_isolines->setEnabled(m_there && !style.outline && !style.cells);
    m_outline->setChecked(style.outline);
    m_air->setChecked(style.hideAir);
    m_unseen->setChecked(style.hatchUnseen);
    m_showing = false;
}

void MapPanel::read()
{
    if (m_showing)
        return;
    m_style.visible = m_visible->isChecked();
    m_style.opacity = m_opacity->value() / 100.0;
    m_style.opacityByValue = m_byValue->isChecked();
    m_style.threshold = m_threshold->value();
    m_style.low = m_low->value();
    m_style.high = m_high->value();
    m_style.map = static_cast<viewer::ColourMap>(m_map->currentData().toInt());
    m_style.cells = m_cells->isChecked();
    m_style.isolines = m_isolines->isChecked();
    m_style.outline = m_outline->isChecked();
    m_style.hideAir = m_air->isChecked();
    m_style.hatchUnseen = m_unseen->isChecked();
    Q_EMIT styleChanged(m_style);
}

} // namespace mama
