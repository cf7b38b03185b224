// Enhancements only: every page works without them.
import { watchCountdowns } from "./countdowns.js";
import { watchDialogs } from "./dialogs.js";
import { watchForms } from "./forms.js";
import { watchGrids } from "./grid.js";
import { watchMenus } from "./menus.js";
import { watchPlans } from "./plans.js";
import { watchReviews } from "./reviews.js";
import { watchTheme } from "./themes.js";
import { watchToasts } from "./toasts.js";

watchCountdowns();
watchDialogs();
watchForms();
watchGrids();
watchMenus();
watchPlans();
watchReviews();
watchTheme();
watchToasts();
