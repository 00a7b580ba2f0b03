#pragma once
#include <QDialog>

class QLabel;
class QRadioButton;
class QSettings;
class QSpinBox;

namespace mama {

class PictureCache;

// How much memory pictures may take that are kept for going back and read ahead: what they take now, and the limit,
// as the machine allows or as the reader says.
class MemoryDialog : public QDialog
{
    Q_OBJECT
public:
    // Both must outlive the dialog.
    MemoryDialog(PictureCache& cache, QSettings& settings, QWidget* parent = nullptr);

    void accept() override;

private:
    void showUse();

    PictureCache& m_cache;
    QSettings& m_settings;
    QLabel* m_use;
    QRadioButton *m_usual, *m_own;
    QSpinBox* m_limit; // MiB
};

// As the settings say.
void limitPictures(PictureCache& cache, const QSettings& settings);

} // namespace mama
