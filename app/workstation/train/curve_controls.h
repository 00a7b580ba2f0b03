#pragma once
#include <QStringList>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QSlider;

namespace mama {

class CurvePlot;

// What is drawn and how: the curve, the axes, the smoothing. It works on the plot itself but for the choice of the
// curve.
class CurveControls : public QWidget
{
    Q_OBJECT
public:
    explicit CurveControls(CurvePlot& plot, QWidget* parent = nullptr);

    void setCurves(const QStringList& names); // the chosen one stays chosen if it is among them
    QString curve() const;

Q_SIGNALS:
    void curveChosen();
    void saveAsked();

private:
    QComboBox *m_curve, *m_axis;
    QCheckBox *m_logX, *m_logY;
    QSlider* m_smoothing;
};

} // namespace mama
