#pragma once
#include "core/display/gsdf.h"

#include <QDialog>
#include <optional>

class QCheckBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSettings;

namespace mama {

// The screen as its owner describes it, and whether pictures are drawn on it by the Grayscale Standard Display
// Function. Says how many just noticeable differences that gives, and that no screen becomes a medical one by it.
class DisplayDialog : public QDialog
{
    Q_OBJECT
public:
    explicit DisplayDialog(QSettings& settings, QWidget* parent = nullptr);

    void accept() override;

private:
    Screen described() const;
    void judge();

    QSettings& m_settings;
    QCheckBox* m_use;
    QDoubleSpinBox *m_darkest, *m_brightest, *m_roomLight, *m_gamma;
    QLabel* m_verdict;
    QPushButton* m_ok = nullptr;
};

// Empty: no screen was described, or what the settings say of it cannot be.
std::optional<Screen> describedScreen(const QSettings& settings);

} // namespace mama
