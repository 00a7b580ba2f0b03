#pragma once
#include <QDialog>
#include <QSettings>
#include <optional>

class QDialogButtonBox;
class QDoubleSpinBox;
class QLabel;
class QScreen;

namespace mama {

// How many pixels of a screen are a millimetre on its glass, as somebody measured it: what screens say of themselves is
// often wrong, so that true size is shown by a measurement only. Kept for each screen and each resolution of it.
std::optional<double> measuredScale(const QSettings& settings, const QScreen& screen); // device pixels a mm
void keepScale(QSettings& settings, const QScreen& screen, double pixelsPerMm);
QString screenName(const QScreen& screen); // as its maker calls it, else as the system does
bool plausibleScale(double pixelsPerMm);   // pixels of 0.05 to 1 mm

// A line of which a person says how long it is.
class ScreenDialog : public QDialog
{
    Q_OBJECT
public:
    explicit ScreenDialog(const QScreen& screen, QWidget* parent = nullptr);
    double pixelsPerMm() const; // device pixels
    int linePixels() const;     // of the line, device pixels

private:
    void check();

    QWidget* m_line;
    QDoubleSpinBox* m_length;
    QLabel* m_result;
    QDialogButtonBox* m_buttons;
};

} // namespace mama
