#pragma once
#include <QMap>
#include <QSettings>
#include <QStringList>
#include <QWidget>

class QComboBox;
class QLabel;

namespace mama {

class RunList;
class ScatterPlot;

// The listed runs as points: a last figure against a setting.
class RunScatter : public QWidget
{
    Q_OBJECT
public:
    // List and settings must outlive it.
    RunScatter(RunList& list, QSettings& settings, QWidget* parent = nullptr);
    void setNumbers(const QMap<QString, int>& numbers); // looks of the runs that the curves show
    ScatterPlot& plot() { return *m_plot; }
    void setAxes(const QString& x, const QString& y);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void showKeys();
    void draw();

    RunList& m_list;
    QSettings& m_settings;
    ScatterPlot* m_plot;
    QComboBox *m_x, *m_y;
    QLabel *m_count, *m_readOut;
    QMap<QString, int> m_numbers;
    QString m_wantedX, m_wantedY;
};

} // namespace mama
