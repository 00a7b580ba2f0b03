#include "app/workstation/read/dialogs/window_dialog.h"

#include "core/study/study.h"

#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <cmath>

namespace mama {
namespace {

constexpr double most = 1e7;   // of values after modality
constexpr double least = 1e-3; // of a width; a linear one is 1 at least (PS3.3 C.11.2.1.2)

QString kindText(const viewer::ViewImage& image, const viewer::Shade& shade)
{
    const VoiChoice& voi = image.voi()[static_cast<std::size_t>(shade.choice)];
    const QString kind = voi.table                                              ? WindowDialog::tr("VOI LUT, stretched")
                         : shade.window.function == WindowFunction::Sigmoid     ? WindowDialog::tr("sigmoid")
                         : shade.window.function == WindowFunction::LinearExact ? WindowDialog::tr("linear, exact")
                                                                                : WindowDialog::tr("linear");
    const QString name = QString::fromStdString(voi.explanation()).simplified();
    return name.isEmpty() ? kind : WindowDialog::tr("%1, of %2").arg(kind, name);
}

// What lies beyond the values that a window may have can be typed: the dialog says so, no other number takes its place.
QDoubleSpinBox* numberField(QWidget* parent, const QString& name, double value, double width)
{
    auto* field = new QDoubleSpinBox(parent);
    field->setAccessibleName(name);
    field->setDecimals(width < 20 ? 4 : 1);
    field->setRange(-1e12, 1e12);
    field->setSingleStep(width < 20 ? 0.01 : 10);
    field->setValue(value);
    field->selectAll();
    return field;
}

} // namespace

WindowDialog::WindowDialog(viewer::PaneView& view, const viewer::PaneId& of, QWidget* parent)
    : QDialog(parent), m_view(view), m_of(of)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(QStringLiteral("window.numbers"));
    const viewer::ViewImage& image = *view.image(of);
    const viewer::Shade shade = view.shade(of);
    const std::vector<viewer::PaneId> group = view.windowGroup(of);
    for (const viewer::PaneId& each : group)
        m_before[each] = view.shade(each).window;
    const QString label = QString::fromStdString(image.facts().label);
    setWindowTitle(label.isEmpty() ? tr("Window") : tr("Window of %1").arg(label));
    setMinimumWidth(fontMetrics().horizontalAdvance(windowTitle()) + 160); // the frame's buttons stand beside it
    m_least = shade.window.function == WindowFunction::Linear ? 1 : least;
    m_centre = numberField(this, tr("Centre"), shade.window.centre, shade.window.width);
    m_width = numberField(this, tr("Width"), shade.window.width, shade.window.width);
    m_told = new QLabel(this);
    m_told->setObjectName(QStringLiteral("window.told"));
    m_told->setWordWrap(true);
    m_all = new QRadioButton(tr("&all linked views"), this);
    m_all->setVisible(group.size() > 1);
    m_one = new QRadioButton(tr("&this view alone"), this);
    (group.size() > 1 ? m_all : m_one)->setChecked(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    auto* form = new QFormLayout(this);
    form->addRow(tr("&Centre"), m_centre);
    form->addRow(tr("&Width"), m_width);
    form->addRow(tr("Kind"), new QLabel(kindText(image, shade), this));
    if (group.size() > 1)
        form->addRow(tr("For"), m_all);
    form->addRow(group.size() > 1 ? QString() : tr("For"), m_one);
    form->addRow(m_told);
    form->addRow(buttons);
    for (const QDoubleSpinBox* field : {m_centre, m_width})
        connect(field, &QDoubleSpinBox::valueChanged, this, &WindowDialog::apply);
    connect(m_all, &QRadioButton::toggled, this, &WindowDialog::apply);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(this, &QDialog::rejected, this, &WindowDialog::takeBack);
    m_told->hide();
    m_centre->setFocus();
}

// Empty: both numbers may be those of a window.
QString WindowDialog::fault() const
{
    if (m_width->value() < m_least || m_width->value() > most)
        return tr("The width must be from %1 to %2.").arg(m_least).arg(most, 0, 'f', 0);
    if (std::abs(m_centre->value()) > most)
        return tr("The centre must be from %1 to %2.").arg(-most, 0, 'f', 0).arg(most, 0, 'f', 0);
    return {};
}

void WindowDialog::takeBack()
{
    for (const auto& [pane, window] : m_before)
        m_view.setWindow(pane, window);
}

void WindowDialog::apply()
{
    const QString told = fault();
    m_told->setText(told);
    m_told->setVisible(!told.isEmpty());
    m_ok->setEnabled(told.isEmpty());
    takeBack();
    for (const auto& [pane, window] : m_before) {
        if (!told.isEmpty())
            break;
        if (pane != m_of && !m_all->isChecked())
            continue;
        Window changed = window;
        changed.centre = m_centre->value();
        changed.width = m_width->value();
        m_view.setWindow(pane, changed);
    }
}

} // namespace mama
