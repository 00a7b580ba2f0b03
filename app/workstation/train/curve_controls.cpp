#include "app/workstation/train/curve_controls.h"

#include "widgets/charts/curve_plot.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <algorithm>

namespace mama {

CurveControls::CurveControls(CurvePlot& plot, QWidget* parent) : QWidget(parent)
{
    m_curve = new QComboBox(this);
    m_curve->setAccessibleName(tr("Curve"));
    m_curve->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_curve->setMinimumContentsLength(16);
    m_axis = new QComboBox(this);
    m_axis->setAccessibleName(tr("Horizontal axis"));
    m_axis->addItems({tr("by step"), tr("by epoch"), tr("by samples"), tr("by time"), tr("by time from the start")});
    m_logX = new QCheckBox(tr("log x"), this);
    m_logX->setToolTip(tr("Logarithmic horizontal axis"));
    m_logY = new QCheckBox(tr("log y"), this);
    m_logY->setToolTip(tr("Logarithmic vertical axis"));
    m_smoothing = new QSlider(Qt::Horizontal, this);
    m_smoothing->setRange(0, 99);
    m_smoothing->setMaximumWidth(160);
    m_smoothing->setAccessibleName(tr("Smoothing"));
    auto* all = new QPushButton(tr("Show all"), this);
    all->setToolTip(tr("The wheel zooms, dragging pans, a double click shows all"));
    auto* save = new QPushButton(tr("Save…"), this);
    save->setToolTip(tr("The curves that are shown, as PNG or SVG with a legend, or every value as CSV"));
    connect(save, &QPushButton::clicked, this, &CurveControls::saveAsked);
    connect(m_curve, &QComboBox::activated, this, &CurveControls::curveChosen);
    connect(m_axis, &QComboBox::activated, this, [&plot](int axis) { plot.setAxis(static_cast<CurveX>(axis)); });
    const auto logarithmic = [this, &plot] { plot.setLogarithmic(m_logX->isChecked(), m_logY->isChecked()); };
    connect(m_logX, &QCheckBox::toggled, this, logarithmic);
    connect(m_logY, &QCheckBox::toggled, this, logarithmic);
    connect(m_smoothing, &QSlider::valueChanged, this, [this, &plot](int value) {
        m_smoothing->setToolTip(tr("Exponential average, %1").arg(value / 100.0, 0, 'f', 2));
        plot.setSmoothing(value / 100.0);
    });
    m_smoothing->setValue(90);
    connect(all, &QPushButton::clicked, &plot, &CurvePlot::showAll);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    for (QWidget* each : {static_cast<QWidget*>(m_curve), static_cast<QWidget*>(m_axis), static_cast<QWidget*>(m_logX),
                          static_cast<QWidget*>(m_logY)})
        row->addWidget(each);
    row->addSpacing(12);
    row->addWidget(new QLabel(tr("Smoothing"), this));
    row->addWidget(m_smoothing);
    row->addStretch(1);
    row->addWidget(all);
    row->addWidget(save);
    setEnabled(false);
}

QString CurveControls::curve() const { return m_curve->currentText(); }

void CurveControls::setCurves(const QStringList& names)
{
    QStringList shown;
    for (int i = 0; i < m_curve->count(); ++i)
        shown << m_curve->itemText(i);
    if (names == shown)
        return;
    const QString chosen = m_curve->currentText();
    m_curve->clear();
    m_curve->addItems(names);
    m_curve->setCurrentIndex(std::max(0, m_curve->findText(chosen)));
    setEnabled(!names.isEmpty());
}

} // namespace mama
