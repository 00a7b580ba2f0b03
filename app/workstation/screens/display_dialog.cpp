#include "app/workstation/screens/display_dialog.h"

#include "app/workstation/look/settings_keys.h"
#include "core/base/error.h"
#include "widgets/look/shown_text.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

namespace mama {
namespace {

QDoubleSpinBox* field(double low, double high, double value, int digits, const QString& unit, QWidget* parent)
{
    auto* out = new QDoubleSpinBox(parent);
    out->setDecimals(digits);
    out->setRange(low, high);
    out->setSuffix(unit);
    out->setValue(value);
    return out;
}

} // namespace

DisplayDialog::DisplayDialog(QSettings& settings, QWidget* parent)
    : QDialog(parent), m_settings(settings),
      m_use(new QCheckBox(tr("&Draw pictures by the Grayscale Standard Display Function"), this)),
      m_verdict(new QLabel(this))
{
    setWindowTitle(tr("Screen"));
    const Screen screen = describedScreen(settings).value_or(Screen());
    const QString unit = tr(" cd/m²");
    m_darkest = field(0, 100, screen.darkest, 3, unit, this);
    m_brightest = field(1, 4000, screen.brightest, 1, unit, this);
    m_roomLight = field(0, 100, screen.roomLight, 3, unit, this);
    m_gamma = field(1, 4, screen.gamma, 2, {}, this);
    m_use->setChecked(settings.value(settings_keys::gsdf, false).toBool());
    auto* why = new QLabel(
        tr("With it, equal steps of grey look alike from black to white (DICOM PS3.14). Enter what a luminance meter "
           "shows of the first and the last grey of the test pattern. Between them the screen's curve is taken as a "
           "power of the driving level: it is not measured, and no screen becomes a medical display by this."),
        this);
    why->setWordWrap(true);
    why->setMinimumWidth(460);
    m_verdict->setWordWrap(true);
    auto* form = new QFormLayout;
    form->addRow(tr("&Black"), m_darkest);
    form->addRow(tr("&White"), m_brightest);
    form->addRow(tr("&Room's light on the screen"), m_roomLight);
    form->addRow(tr("&Gamma"), m_gamma);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    connect(buttons, &QDialogButtonBox::accepted, this, &DisplayDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    for (QDoubleSpinBox* each : {m_darkest, m_brightest, m_roomLight, m_gamma})
        connect(each, &QDoubleSpinBox::valueChanged, this, &DisplayDialog::judge);
    auto* column = new QVBoxLayout(this);
    column->addWidget(why);
    column->addLayout(form);
    column->addWidget(m_verdict);
    column->addWidget(m_use);
    column->addStretch(1);
    column->addWidget(buttons);
    judge();
}

Screen DisplayDialog::described() const
{
    return {m_darkest->value(), m_brightest->value(), m_roomLight->value(), m_gamma->value()};
}

void DisplayDialog::judge()
{
    const Screen screen = described();
    bool right = true;
    try {
        screen.check();
        m_verdict->setText(tr("%1 just noticeable differences between black and white; a screen of 8 bits has 256 "
                              "levels for them.")
                               .arg(qRound(screen.highIndex() - screen.lowIndex())));
    } catch (const Error& error) {
        m_verdict->setText(shownText(error.why()));
        right = false;
    }
    m_ok->setEnabled(right);
}

void DisplayDialog::accept()
{
    const Screen screen = described();
    m_settings.setValue(settings_keys::darkest, screen.darkest);
    m_settings.setValue(settings_keys::brightest, screen.brightest);
    m_settings.setValue(settings_keys::roomLight, screen.roomLight);
    m_settings.setValue(settings_keys::screenGamma, screen.gamma);
    m_settings.setValue(settings_keys::gsdf, m_use->isChecked());
    QDialog::accept();
}

std::optional<Screen> describedScreen(const QSettings& settings)
{
    if (!settings.contains(settings_keys::brightest))
        return {};
    Screen screen;
    screen.darkest = settings.value(settings_keys::darkest, screen.darkest).toDouble();
    screen.brightest = settings.value(settings_keys::brightest).toDouble();
    screen.roomLight = settings.value(settings_keys::roomLight, screen.roomLight).toDouble();
    screen.gamma = settings.value(settings_keys::screenGamma, screen.gamma).toDouble();
    try {
        screen.check();
    } catch (const Error&) {
        return {};
    }
    return screen;
}

} // namespace mama
